// One touch. A vote that the network loses is kept here and sent again under the same number; it is
// called counted when the server says so, and never before.
const form = document.querySelector("form[data-vote]");
const button = form.querySelector("button");
const said = document.querySelector("[data-said]");
const words = JSON.parse(form.dataset.vote);
const own = `vote:${new URL(form.action).pathname}`;
const label = button.querySelector("span") ?? button;
const idle = label.textContent;
let store = {};
try {
  store = localStorage ?? store;
} catch {}
// Rounds of sending since something was counted or touched, and when the next one begins.
let rounds = 0;
let next;

const busy = (is, text) => {
  button.ariaDisabled = is;
  label.textContent = text;
};

const tell = (lines, kind) => {
  said.className = `notice ${kind}`;
  said.replaceChildren(...lines.map((line) => Object.assign(document.createElement("p"), { textContent: line })));
};

const answered = (line, told) => {
  busy(false, idle);
  if (!line.ok) {
    tell([told.title], "warn");
    document.querySelector("[data-sign-in]").hidden = !/needs-(account|code|member|work)/.test(told.errors?.[0].code);
    return;
  }
  tell(told.said, told.missing ? "warn" : "ok");
  form.hidden = true;
  const mine = document.querySelector("[data-mine]");
  mine.firstChild.href = `/votes/${told.receipt}`;
  for (const shown of [mine, document.querySelector("[data-undo]")]) shown?.removeAttribute("hidden");
  // The focus was on the button that is gone.
  said.tabIndex = -1;
  said.focus();
};

const flying = new Set();
const send = async (key) => {
  // Another round may have brought it home meanwhile.
  if (flying.has(key) || !store[key]) return;
  flying.add(key);
  const body = new URLSearchParams({ nonce: store[key] });
  const mine = key === own;
  try {
    const headers = { Accept: "application/json" };
    let told;
    // Where the browser got its cookie only now, the same vote once more.
    do {
      const line = await fetch(key.slice(5), { method: "POST", keepalive: true, body, headers, signal: AbortSignal.timeout?.(20000) });
      if (line.status >= 500 || line.status === 429) throw line;
      told = await line.json();
      if (told.once_more) continue;
      // What is too old to reckon is led to a code instead.
      if (mine && told.errors?.[0].code === "vote-needs-work" && crypto.subtle && !body.has("work")) {
        busy(true, words.reckons);
        body.set("work", await (await import(form.dataset.work)).work(`${form.action}/work`));
        told.once_more = true;
        continue;
      }
      rounds = 0;
      delete store[key];
      if (mine) answered(line, told);
    } while (told.once_more);
  } catch (line) {
    // Too many came at once: the server said so, and when to come again.
    const after = line.headers?.get("Retry-After") ?? 0;
    if (mine) {
      busy(true, after ? words.queued : words.held);
      tell([after ? words.full : words.lost], "warn");
    }
    const wait = Math.max(after, Math.min(30, 2 * 2 ** rounds)) * 1000 * (1 + Math.random() * 0.6);
    clearTimeout(next);
    next = setTimeout(retry, wait);
  }
  flying.delete(key);
};

// A vote kept from another page never holds up the one that was touched just now.
const retry = async () => {
  rounds++;
  if (store[own]) send(own);
  for (const key of Object.keys(store)) if (key.startsWith("vote:")) await send(key);
};

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (button.ariaDisabled === "true") return;
  busy(true, words.sending);
  const number = crypto.getRandomValues(new Uint8Array(16));
  store[own] = [...number].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  rounds = 0;
  retry();
});
if (store[own]) busy(true, words.sending);
document.addEventListener("visibilitychange", () => document.hidden || retry());
addEventListener("online", retry);
// Another window brought it home.
addEventListener("storage", ({ key, newValue }) => key === own && !newValue && (busy(false, idle), said.replaceChildren()));
retry();

// What asks for counts that go on is not needed before they can have moved.
const { by } = document.querySelector("[data-live]")?.dataset ?? {};
if (by) setTimeout(() => import(by), 5000);
