// Marks on their way: kept in the browser until the server has them, sent one sheet after the other.

/** Hundredths of a point from 8, 8,5 or 8.5; null for nothing, undefined for anything else. */
export const read = (text) => {
  const [, whole, part = ""] = /^(\d{1,5})(?:[.,](\d{1,2}))?$/.exec(text.trim()) ?? [];
  return text.trim() ? (whole ? +whole * 100 + +part.padEnd(2, 0) : undefined) : null;
};

export const written = (mark) =>
  mark === null ? "" : (mark / 100).toLocaleString(document.documentElement.lang, { useGrouping: false });

/** The marks of one judge: `open` are not saved, `seen` is what this window last knew of each sheet. */
export const marks = (round, seat, changed) => {
  const name = `marks:${seat}`;
  const open = JSON.parse(localStorage[name] ?? "{}");
  const seen = {};
  let failed = 0;
  let sending;
  let timer;

  const keep = () => {
    if (Object.keys(open).length) localStorage[name] = JSON.stringify(open);
    else delete localStorage[name];
  };
  const stands = (sheet) => sheet.stale || sheet.refused;
  const waiting = () => Object.entries(open).find(([, sheet]) => !stands(sheet));

  const put = async ([alias, sheet]) => {
    const { version, marks, comment } = structuredClone(sheet);
    const line = await fetch(`/judging/${round}/${alias}/sheet`, {
      method: "PUT",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ version: Math.max(version, seen[alias]?.version ?? 0), marks, comment }),
      signal: AbortSignal.timeout?.(20000),
    });
    if (line.status >= 500 || line.status === 429) throw line;
    const told = await line.json();
    if (line.status === 409 && told.marks) {
      // What was saved elsewhere is ours already, or what we had seen: nothing is overwritten.
      const { was } = sheet;
      const clash = Object.keys(marks).some((key) => ![marks[key], was[key] ?? undefined].includes(told.marks[key]));
      const said = comment !== undefined && ![comment, was.comment].includes(told.comment ?? "");
      if (clash || said) sheet.stale = told;
      else seen[alias] = { ...seen[alias], version: told.version };
    } else if (!line.ok) sheet.refused = told.title;
    else {
      seen[alias] = { ...seen[alias], version: told.version };
      // What was marked while this was on its way is still to be sent.
      for (const key in marks) if (sheet.marks[key] === marks[key]) delete sheet.marks[key];
      if (sheet.comment === comment) delete sheet.comment;
      if (!Object.keys(sheet.marks).length && sheet.comment === undefined) delete open[alias];
    }
    keep();
    return line.headers.get("date");
  };

  const send = async () => {
    if (sending) return;
    sending = true;
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
    /** Notes a change; it goes out when nobody marked for a moment. */
    note(alias, version, change) {
      const sheet = (open[alias] ??= { version, marks: {}, was: {} });
      Object.assign(sheet.marks, change.marks);
      sheet.was = { ...change.was, ...sheet.was };
      if ("comment" in change) sheet.comment = change.comment;
      delete sheet.refused;
      keep();
      seen[alias] = { ...seen[alias], marks: { ...seen[alias]?.marks, ...sheet.marks } };
      if ("comment" in change) seen[alias].comment = change.comment;
      clearTimeout(timer);
      timer = setTimeout(send, 400);
      changed();
    },
    /** Ends a conflict: ours over what is held, or what is held. */
    settle(alias, ours) {
      const { stale } = open[alias];
      seen[alias] = { version: stale.version, marks: { ...stale.marks, ...(ours ? open[alias].marks : {}) } };
      if (ours) Object.assign(open[alias], { version: stale.version, stale: undefined });
      else delete open[alias];
      keep();
      send();
    },
    count: () => Object.values(open).reduce((sum, sheet) => sum + Math.max(1, Object.keys(sheet.marks).length), 0),
  };
};
