// Marks on their way: kept in the browser until the server has them, sent one sheet after the other.

/** Hundredths of a point from 8, 8,5 or 8.5; null for nothing, undefined for anything else. */
export const read = (text) => {
  const [, whole, part = ""] = /^(\d{1,5})(?:[.,](\d{1,2}))?$/.exec(text.trim()) ?? [];
  return text.trim() ? (whole ? +whole * 100 + +part.padEnd(2, 0) : undefined) : null;
};

export const written = (mark) =>
  mark === null ? "" : (mark / 100).toLocaleString(document.documentElement.lang, { useGrouping: false });

/** Shows notes that are not saved in their fields. */
export const fill = (room, notes = {}) => {
  for (const field of room.querySelectorAll("[data-note]")) {
    field.value = notes[field.dataset.note] ?? field.value;
    if (field.value) field.parentElement.open = true;
  }
};

/** Whether what is held is what we give, or what we had seen or given before. */
const ours = (given, known, held) => [given, known].flat().some((one) => (one ?? "") === (held ?? ""));

/** The change that a field of a note says. */
export const heard = ({ dataset: { note }, value, defaultValue }) => ({ notes: { [note]: value }, was: { ["note." + note]: defaultValue } });

/** The marks and notes of one judge, the note "" on the whole: `open` are not saved, `seen` is what this window last knew of each sheet. */
export const marks = (round, seat, changed) => {
  const name = `marks:${seat}`;
  const open = JSON.parse(localStorage[name] ?? "{}");
  const seen = {};
  let failed = 0;
  let sending;
  let timer;
  let due;

  const keep = () => {
    if (Object.keys(open).length) localStorage[name] = JSON.stringify(open);
    else delete localStorage[name];
  };
  const stands = (sheet) => sheet.stale || sheet.refused;
  const waiting = () => Object.entries(open).find(([, sheet]) => !stands(sheet));

  const put = async ([alias, sheet]) => {
    const { version, marks, notes } = structuredClone(sheet);
    const line = await fetch(`/judging/${round}/${alias}/sheet`, {
      method: "PUT",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ version: Math.max(version, seen[alias]?.version ?? 0), marks, notes }),
      signal: AbortSignal.timeout?.(20000),
    });
    if (line.status >= 500 || line.status === 429) throw line;
    const told = await line.json();
    if (line.status === 409 && told.marks) {
      // What was saved elsewhere is ours already, or what we had seen: nothing is overwritten.
      const { was } = sheet;
      const clash = Object.keys(marks).some((key) => !ours(marks[key], was[key], told.marks[key]));
      const said = Object.keys(notes).some((key) => !ours(notes[key], was["note." + key], told.notes[key]));
      if (clash || said) sheet.stale = told;
      else seen[alias] = { ...seen[alias], version: told.version };
    } else if (!line.ok) sheet.refused = told.title;
    else {
      seen[alias] = { ...seen[alias], version: told.version };
      // What was marked while this was on its way is still to be sent.
      for (const key in marks) if (sheet.marks[key] === marks[key]) delete sheet.marks[key], delete sheet.was[key];
      for (const key in notes) if (sheet.notes[key] === notes[key]) delete sheet.notes[key], delete sheet.was["note." + key];
      if (!Object.keys({ ...sheet.marks, ...sheet.notes }).length) delete open[alias];
    }
    keep();
    return line.headers.get("date");
  };

  const send = async () => {
    if (sending) return;
    sending = true;
    due = 0;
    clearTimeout(timer);
    try {
      for (let next; (next = waiting()); failed = 0) changed(await put(next));
    } catch {
      timer = setTimeout(send, Math.min(30, 2 ** failed++) * 1000);
    }
    sending = false;
    changed();
  };

  addEventListener("online", send);
  document.addEventListener("visibilitychange", () => document.hidden || send());
  return {
    open,
    seen,
    send,
    /** Tells how much is on its way, which a page that was drawn before does not know. */
    changed,
    /** Notes a change; it goes out when nobody marked for a moment, or for three seconds without one. */
    note(alias, version, change) {
      const sheet = (open[alias] ??= { version, marks: {}, notes: {}, was: {} });
      Object.assign(sheet.marks, change.marks);
      Object.assign(sheet.notes, change.notes);
      // An answer that was lost may have saved any of what was given since.
      const given = { ...change.marks };
      for (const key in change.notes) given["note." + key] = change.notes[key];
      for (const key in given) sheet.was[key] = [sheet.was[key] ?? change.was[key], given[key]].flat();
      delete sheet.refused;
      keep();
      const { marks, notes, ...rest } = seen[alias] ?? {};
      seen[alias] = { ...rest, marks: { ...marks, ...sheet.marks }, notes: { ...notes, ...sheet.notes } };
      clearTimeout(timer);
      due ||= Date.now() + 3000;
      timer = setTimeout(send, Math.min(400, due - Date.now()));
      changed();
    },
    /** Ends a conflict: ours over what is held, or what is held. */
    settle(alias, ours) {
      const { stale, marks, notes } = open[alias];
      const over = ours ? { marks, notes } : {};
      seen[alias] = { version: stale.version, marks: { ...stale.marks, ...over.marks }, notes: { ...stale.notes, ...over.notes } };
      if (ours) Object.assign(open[alias], { version: stale.version, stale: undefined });
      else delete open[alias];
      keep();
      send();
    },
    count: () => Object.values(open).reduce((sum, sheet) => sum + Math.max(1, Object.keys(sheet.marks).length), 0),
  };
};
