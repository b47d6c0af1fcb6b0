// Sends files from the moment they are chosen, one after the other, over every step of the entry.
import { card, done, find, paint, say, total } from "./card.js";
import { all, drop, keep, print, same } from "./kept.js";
import { sides, wrong } from "./look.js";
import { page, show } from "./swap.js";
import { rest, send } from "./tus.js";

/** Larger files are not copied: after a reload the page asks for them again. */
const COPIED = 64e6;
let jobs = [];
let busy;

/** The draft's code; the first file of a new entry begins the draft. */
const draft = async (form) => {
  const { dataset } = find("#sending");
  if (!dataset.draft) {
    const body = new FormData(form);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    const line = await page(form.action, body);
    const code = line.responseURL.split("/drafts/")[1];
    if (!code) throw new Error(find("[role=alert], main", line.response).innerText);
    dataset.draft = code.slice(0, code.indexOf("/"));
    form.action = `/drafts/${dataset.draft}/work`;
    history.replaceState(0, "", form.action);
  }
  return dataset.draft;
};

const set = (job, change) => {
  Object.assign(job, change);
  paint(job);
  total(jobs);
};

const save = ({ id, draft, slot, name, size, at, print, file }) =>
  keep({ id, draft, slot, name, size, at, print, file: print ? undefined : file });

const chosen = async (input) => {
  const files = [...input.files];
  const place = input.closest("fieldset");
  input.value = "";
  for (const file of files) {
    const lost = jobs.filter((job) => job.state === "lost");
    let job;
    for (const one of lost) if (await same(one, file)) job = one;
    if (!job) {
      for (const one of lost) set(one, { wrong: say("other") });
      const held = place.querySelectorAll(".piece:not([data-state=failed])").length;
      job = { id: `${Math.random()}`, slot: input.name.slice(5), name: file.name, size: file.size, form: input.form };
      job.card = card(job, place);
      jobs.push(job);
      const no = await wrong(file, input, held, find("img", job.card));
      if (no) {
        set(job, { state: "failed", wrong: say(...no) });
        continue;
      }
    }
    try {
      // A copy: what the picker hands over may be taken away again.
      if (file.size < COPIED) job.file = new Blob([await file.arrayBuffer()], { type: file.type });
      else Object.assign(job, { file, print: await print(file) });
      set(job, { state: "waits", wrong: "" });
    } catch {
      set(job, { state: "failed", wrong: say("unread") });
    }
    run();
  }
};

const go = async (job) => {
  job.draft ??= await draft(job.form);
  job.to = `/drafts/${job.draft}/uploads`;
  await save(job);
  if (!(await send(job))) return;
  await drop(job.id);
  set(job, { state: "done" });
  done(job, (await page(`/drafts/${job.draft}/work`)).response);
};

const run = async () => {
  const job = !busy && jobs.find((job) => job.state === "waits");
  if (!job && !busy) {
    jobs = jobs.filter((job) => job.state !== "done");
    dispatchEvent(new Event("sent"));
  }
  if (!job) return;
  busy = job;
  job.stop = new AbortController();
  job.signal = job.stop.signal;
  job.begun = () => save(job);
  job.waits = () => set(job, { offline: true });
  job.on = (sent, speed) => {
    if (speed) job.speed = job.speed ? job.speed + (speed - job.speed) * (2 / 9) : speed;
    set(job, { sent, offline: false, moved: Date.now() });
  };
  set(job, { state: "sends", since: Date.now(), moved: Date.now() });
  try {
    // Another window may have the same file in its hands.
    await (navigator.locks ? navigator.locks.request(job.id, () => go(job)) : go(job));
  } catch (error) {
    if (error instanceof DOMException) set(job, { state: "lost", wrong: say("unread") });
    else {
      set(job, { state: "failed", wrong: error.message ?? say("offline") });
      await drop(job.id);
    }
  }
  busy = undefined;
  run();
};

/** Goes where a link or a form leads, however often the line breaks on the way. */
const follow = async (url, body) => {
  for (let failed = 0; ; failed++) {
    const line = await page(url, body).catch(() => {});
    if (line) return show(line);
    find("#sending").hidden = false;
    find("[data-total]").textContent = say("offline");
    await rest(failed);
  }
};

addEventListener("change", ({ target }) => target.dataset.limits && chosen(target));
addEventListener("click", async (event) => {
  const { dataset = {}, href } = event.target.closest("button, a") ?? {};
  const job = jobs.find((job) => job.id === dataset.job);
  if (dataset.do === "cancel") {
    jobs.splice(jobs.indexOf(job), 1);
    job.stop?.abort();
    job.card.remove();
    total(jobs);
    await drop(job.id);
    if (job.at) fetch(job.at, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0" } });
  } else if (dataset.do) {
    for (const one of job ? [job] : jobs) if (one.state === "failed" && one.file) set(one, { state: "waits", wrong: "" });
    run();
  } else if (busy && href?.includes(`/drafts/${busy.draft}/`)) {
    event.preventDefault();
    follow(href);
  }
});
addEventListener("submit", async (event) => {
  const form = event.target;
  if (!busy || !form.action.includes("/drafts/")) return;
  event.preventDefault();
  const body = new FormData(form, event.submitter);
  if (form.action.endsWith("/submission")) await new Promise((sent) => addEventListener("sent", sent, { once: true }));
  follow(form.action, body);
});
addEventListener("swapped", () => {
  if (find("#sending")) for (const job of jobs) set(job, { card: card(job) });
});
setInterval(() => busy && paint(busy), 1000);

for (const kept of await all()) {
  if (kept.draft !== find("#sending").dataset.draft) continue;
  const job = { ...kept, card: card(kept) };
  jobs.push(job);
  if (kept.file) sides(kept.file, find("img", job.card));
  set(job, { state: kept.file ? "waits" : "lost" });
}
run();
