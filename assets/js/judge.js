// The judge's page by keys and thumbs. The next entries are fetched ahead.
import { fill, heard, marks, read, written } from "./marks.js";
import { ahead, prepare } from "./swap.js";

const room = () => document.querySelector("[data-seat]");
const find = (what) => room().querySelector(what);
const { round, seat } = room().dataset;
const coarse = matchMedia("(pointer: coarse)").matches;
const say = (key, named = {}) => JSON.parse(room().dataset.say)[key].replace(/%(\w+)/g, (_, name) => named[name]);
const tell = (text) => (find("[data-said]").textContent = text);
const alias = () => room().dataset.alias;
const fields = () => [...room().querySelectorAll("input[data-max]")];
const answers = () => [...room().querySelectorAll("[type=radio]")];
const key = (field) => field.name.slice(5);
const scale = (field) => +field.dataset.max;
const past = [];
let moving;

const desk = marks(round, seat, (date) => {
  const count = desk.count();
  const { stale, refused } = desk.open[alias()] ?? {};
  const at = date && new Date(date).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  if (count || at) find("[data-kept]").textContent = count ? say("open", { n: count }) : say("saved", { at });
  if (refused) tell(refused);
  if (!alias()) return count || !at || location.reload();
  find("[data-stale]").hidden = !stale;
  if (stale) tell(say("stale", { marks: fields().map((field) => written(stale.marks[key(field)] ?? null) || "–").join(" · ") }));
});

const rest = () => (fields().find((field) => !field.value) ?? fields()[0])?.focus({ preventScroll: true });

const draw = () => {
  const { marks: known = {}, notes } = desk.seen[alias()] ?? desk.open[alias()] ?? {};
  for (const field of fields()) {
    if (key(field) in known) field.value = written(known[key(field)]);
    if (!coarse || scale(field) > 10 || field.parentElement.querySelector("button")) continue;
    for (let mark = 1; mark <= scale(field); mark++) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: mark });
      button.onclick = () => give(field, mark * 100);
      field.parentElement.append(button);
    }
  }
  for (const answer of answers()) if (key(answer) in known) answer.checked = +answer.value * 100 === known[key(answer)];
  fill(room(), notes);
  desk.changed();
  if (!coarse) rest();
  prepare(room(), "[data-seat]");
};

const go = async (href) => {
  if (moving) return;
  moving = true;
  try {
    if (!href) return location.assign(`/judging/${round}`);
    const next = await ahead(href, "[data-seat]");
    room().replaceWith(document.adoptNode(next));
    history.replaceState(0, "", href);
    draw();
  } catch {
    tell(say("no-next"));
    const here = alias();
    setTimeout(() => alias() === here && !find("textarea:focus") && go(href), 1000);
  } finally {
    moving = false;
  }
};
const link = (rel) => find(`a[rel=${rel}]`)?.href;

const note = (change) => desk.note(alias(), +find("[name=version]").value, change);

/** Gives a mark; a sheet that is full goes on to the next entry. */
const give = (field, mark, moves = true) => {
  const off = mark === undefined || mark > scale(field) * 100;
  field.ariaInvalid = off;
  if (off) return tell(say("off", { max: scale(field) }));
  const was = (desk.seen[alias()]?.marks ?? {})[key(field)] ?? read(field.defaultValue);
  past.push([location.href, field.name, was]);
  field.value = written(mark);
  note({ marks: { [key(field)]: mark }, was: { [key(field)]: was } });
  if (!moves) return;
  const next = fields()[fields().indexOf(field) + 1] ?? fields().find((other) => !other.value);
  if (next) next.focus();
  else go(link("next"));
};

const undo = async () => {
  const [href, name, mark] = past.pop() ?? [];
  if (!href) return;
  if (href !== location.href) await go(href);
  const field = find(`[name="${name}"]`);
  give(field, mark, false);
  past.pop();
  field.focus();
};

/** Answers a yes-or-no round and goes on; a veto needs its reason first. */
const say01 = (yes) => {
  const answer = answers().find((answer) => +answer.value === yes);
  answer?.click();
  if (answer) yes && key(answer) === "veto" ? find("[name=comment]").focus() : go(link("next"));
};

const keys = {
  1: () => say01(1),
  p: () => say01(1),
  0: () => say01(0),
  x: () => say01(0),
  ArrowLeft: () => link("prev") && go(link("prev")),
  ArrowRight: () => go(link("next")),
  u: undo,
  c: () => find("[name=comment]").focus(),
  f: () => (find(".aside").open = true) && find("[name=reason]").focus(),
  z: () => find(".picture").classList.toggle("zoomed"),
  v: () => find("video")?.[find("video").paused ? "play" : "pause"](),
  g: () => go(),
  "?": () => {
    const list = find(".keys");
    list.open = !list.open;
    list.scrollIntoView();
  },
};

addEventListener("keydown", (event) => {
  const { target, key: pressed } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || !alias()) return;
  const marks = target.dataset.max;
  if (pressed === "Escape") return rest();
  if (!marks && target.matches("input, textarea, select, video")) return;
  const field = marks ? target : fields().find((field) => !field.value);
  const digit = /^\d$/.test(pressed) && field && scale(field) <= 10;
  if (!digit && !keys[pressed] && !(marks && pressed === "Enter")) return;
  event.preventDefault();
  if (moving) return;
  if (digit) give(field, (+pressed || 10) * 100);
  else if (pressed === "Enter") give(field, read(field.value));
  else keys[pressed]();
});
addEventListener("change", ({ target }) => {
  if (target.dataset.note !== undefined) note(heard(target));
  if (target.dataset.max) give(target, read(target.value), false);
  else if (target.name?.startsWith("mark.")) note({ marks: { [key(target)]: read(target.value) }, was: {} });
});
addEventListener("submit", (event) => {
  if (!event.target.matches(".sheet")) return;
  event.preventDefault();
  go(link("next"));
});
addEventListener("click", ({ target }) => {
  if (!target.dataset.settle) return;
  desk.settle(alias(), target.dataset.settle === "ours");
  draw();
});
draw();
desk.send();
