// Screening by keys: the next entry stands there at once, the finding follows by itself.
import { ahead, page, prepare, show } from "./swap.js";

/** So many entries stand ready; each is about 5 KB. */
const AHEAD = 4;
const room = () => document.querySelector("[data-screen]");
const find = (what) => room().querySelector(what);
const say = (key, named = {}) => JSON.parse(room().dataset.say)[key].replace(/%(\w+)/g, (_, name) => named[name]);
const store = `screen:${room().dataset.screen}`;
const queue = JSON.parse(localStorage[store] ?? "[]");
let armed;
let last;
let sending;
let failed = 0;

const tell = (text) => (find("[data-told]").textContent = text);
const keep = () => (localStorage[store] = JSON.stringify(queue));

const send = async () => {
  if (sending) return;
  sending = true;
  try {
    while (queue.length) {
      const [[action, fields]] = queue;
      const line = await page(action, new URLSearchParams(fields));
      if (line.status >= 500 || line.status === 429) throw line;
      queue.shift();
      keep();
      failed = 0;
      // What was not taken is shown where it can be mended.
      if (line.status >= 400) show(line);
      else tell(queue.length ? say("open", { n: queue.length }) : say("saved"));
    }
  } catch {
    tell(say("open", { n: queue.length }));
    setTimeout(send, Math.min(30, 2 ** failed++) * 1000);
  }
  sending = false;
};

const put = (element, href) => {
  room().replaceWith(document.importNode(element, true));
  history.replaceState(0, "", href);
  document.title = find("h1").textContent;
  scrollTo(0, 0);
  armed = undefined;
  prepare(room(), "[data-screen]", AHEAD);
};

const go = async (href) => {
  const element = href && (await ahead(href, "[data-screen]").catch(() => {}));
  if (element) put(element, href);
  else if (href) tell(say("no-next"));
  return element;
};

addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  const next = find("a[rel=next]")?.href;
  if (!form.matches("[data-finding]") || !next) return;
  event.preventDefault();
  const fields = [...new FormData(form, submitter)];
  const from = location.href;
  if (!(await go(next))) return;
  last = from;
  queue.push([form.action, fields]);
  keep();
  send();
});

const undo = async () => {
  const own = find("form[action$='/undo']");
  if (!last) return own?.requestSubmit();
  const unsent = queue.length > 1 || (queue.length && !sending) ? queue.pop() : undefined;
  keep();
  if (unsent) return go(last);
  show(await page(`${last}/undo`, new URLSearchParams()));
  last = undefined;
};

const keys = {
  u: undo,
  " ": () => find("figure").classList.toggle("zoomed"),
  d: () => find("#duplicates")?.scrollIntoView(),
  ArrowRight: () => go(find("a[rel=next]")?.href),
};

addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || target.matches("input, textarea, select")) return;
  const element = find(`[data-key="${CSS.escape(key)}"]`);
  if (!keys[key] && !element) return;
  if (key === " " && target.matches("button, a, summary")) return;
  event.preventDefault();
  if (keys[key]) keys[key]();
  else if (element.matches("option")) {
    element.selected = true;
    if (armed) armed.form.requestSubmit(armed);
  } else if (/[xr]/.test(key)) {
    armed = element;
    tell(say("reason"));
  } else element.click();
});
addEventListener("online", send);
if (find("[data-finding]")) prepare(room(), "[data-screen]", AHEAD);
send();
