// Keeps what is typed: on the server when a field is left and every five seconds, in the browser
// until the server has it. Counts words as the server does.
const find = (what, within = document) => within.querySelector(what);

const forms = () => document.querySelectorAll("form[data-keeps]");
const say = (form, key, named) => JSON.parse(form.dataset.keeps)[key].replace(/%(\w+)/g, (_, name) => named[name]);
const note = (form, text) => (find("[data-kept]", form).textContent = text);
const store = (form) => `draft:${form.action}`;
const ticks = (field) => /radio|checkbox/.test(field.type);
const name = (field) => (ticks(field) ? `${field.name}=${field.value}` : field.name);
const held = (field) => (ticks(field) ? field.checked : field.value);
const known = (field) => (ticks(field) ? field.defaultChecked : field.defaultValue);
const fields = (form) =>
  [...form.elements].filter((field) => field.name && !/hidden|file|submit|select/.test(field.type) && field.name !== "sought");

const count = (field) => {
  const words = field.value.match(/\P{White_Space}+/gu)?.length ?? 0;
  const most = +field.dataset.words;
  if (!field.nextElementSibling?.matches("small")) field.after(document.createElement("small"));
  field.nextElementSibling.textContent = say(field.form, most ? "words-of" : "words", { n: words, most });
  field.nextElementSibling.className = words > most ? "error" : "";
};

/** Writes down what the server does not have, beside what it had when that was typed. */
const remember = (form) => {
  const open = fields(form).filter((field) => held(field) !== known(field));
  const kept = open.map((field) => [name(field), [known(field), held(field)]]);
  localStorage[store(form)] = JSON.stringify(Object.fromEntries(kept));
};

const restore = (form) => {
  const kept = JSON.parse(localStorage[store(form)] ?? "{}");
  for (const field of fields(form)) {
    const [was, typed] = kept[name(field)] ?? [];
    // Where another device saved meanwhile, what it saved stands.
    if (typed === undefined || was !== known(field) || typed === held(field)) continue;
    field[ticks(field) ? "checked" : "value"] = typed;
    form.dataset.dirty = 1;
    note(form, say(form, "restored"));
  }
};

const post = async (form) => {
  delete form.dataset.dirty;
  const body = new FormData(form);
  for (const { type, name } of form.elements) if (type === "file" || name === "sought") body.delete(name);
  const sent = fields(form).map((field) => [field, held(field)]);
  const signal = AbortSignal.timeout(30000);
  try {
    const line = await fetch(form.action, { method: "POST", body, signal, headers: { Accept: "application/json" } });
    const told = await line.json();
    note(form, told.saved ?? told.title);
    // A site that is busy or only read for now takes it later.
    if (line.status >= 500) form.dataset.dirty = 1;
    if (!line.ok) return;
    for (const [field, value] of sent) field[ticks(field) ? "defaultChecked" : "defaultValue"] = value;
    if (told.version) form.elements.version.value = told.version;
    remember(form);
    if (form.action.endsWith(told.at)) return;
    delete localStorage[store(form)];
    form.action = told.at;
    find("#sending").dataset.draft = told.draft;
    history.replaceState(0, "", told.at);
  } catch {
    form.dataset.dirty = 1;
    note(form, say(form, "waits"));
  }
};

const going = new WeakMap();
const save = (form) => {
  if (form.dataset.dirty && !going.has(form)) going.set(form, post(form).finally(() => going.delete(form)));
};

const begin = () => {
  for (const form of forms()) {
    restore(form);
    form.querySelectorAll("[data-words]").forEach(count);
  }
};

addEventListener("input", ({ target }) => {
  if (target.dataset.words) count(target);
  const { form } = target;
  if (!form?.dataset.keeps || target.name === "sought" || target.type === "file") return;
  form.dataset.dirty = 1;
  remember(form);
});
addEventListener("focusout", ({ target }) => target.form?.dataset.keeps && save(target.form));
// The button waits for what leaving the last field has begun: of two forms of one version the server takes one.
addEventListener(
  "submit",
  async (event) => {
    const { target, submitter } = event;
    if (!going.has(target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    await going.get(target);
    target.requestSubmit(submitter);
  },
  true,
);
addEventListener("online", () => forms().forEach(save));
addEventListener("swapped", begin);
setInterval(() => forms().forEach(save), 5000);
begin();
