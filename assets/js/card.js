// What is on its way, drawn: a card for each file, one line for all, and a voice that is used sparingly.

export const find = (what, within = document) => within.querySelector(what);
const number = (value) => (typeof value === "number" ? value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 }) : value);

/** A sentence of the page's language; `%name` is filled in. */
export const say = (key, named = {}) =>
  JSON.parse(find("#sending").dataset.say)[key].replace(/%(\w+)/g, (_, name) => number(named[name]));

/** Makes the card of a job, in its slot where that is on the page. */
export const card = (job, place = document.getElementById(`slot-${job.slot}`)) => {
  const made = find("#sending-card").content.firstElementChild.cloneNode(true);
  made.classList.add("piece");
  find("[data-name]", made).textContent = job.name;
  for (const button of made.querySelectorAll("button")) {
    button.dataset.job = job.id;
    button.ariaLabel = `${button.textContent} ${job.name}`;
  }
  const old = job.card;
  if (old && !find("img", old).hidden) find("img", made).replaceWith(find("img", old));
  place?.insertBefore(made, find("input[type=file]", place).closest("p"));
  return made;
};

const time = (seconds) => (seconds < 90 ? say("seconds", { n: Math.ceil(seconds) }) : say("minutes", { n: Math.ceil(seconds / 60) }));
const figures = (sent, size) => ({ sent: sent / 1e6, size: size / 1e6, share: Math.floor((100 * sent) / size) });

const state = (job) => {
  const { sent = 0, size, speed, since, moved } = job;
  if (job.state !== "sends") return say(job.state);
  if (job.offline) return say("offline");
  if (Date.now() - moved > 8000) return say("slow");
  const left = speed && Date.now() - since > 3000 ? say("left", { time: time((size - sent) / speed) }) : "";
  return say("going", figures(sent, size)) + left;
};

/** Draws how far a job is. */
export const paint = (job) => {
  const { card } = job;
  card.dataset.state = job.state;
  find("progress", card).value = job.sent / job.size || 0;
  find("[data-figures]", card).textContent = state(job);
  find("[data-wrong]", card).textContent = job.wrong ?? "";
  find("[data-do=retry]", card).hidden = job.state !== "failed" || !job.file;
};

/** Puts what the server made of a file in the place of its card. */
export const done = (job, page) => {
  for (const piece of page.querySelectorAll(`#slot-${job.slot} .piece`)) {
    const { value } = find("[name=remove]", piece);
    if (!find(`[name=remove][value="${value}"]`)) job.card.before(piece);
  }
  job.card.remove();
};

let told = -1;

/** Draws how far all are; says a quarter when it is reached, and nothing between. */
export const total = (jobs) => {
  const going = jobs.filter((job) => job.state === "sends" || job.state === "waits");
  const counted = jobs.filter((job) => job.state !== "lost" && job.state !== "failed");
  const sum = (of) => counted.reduce((all, job) => all + (of(job) || 0), 0);
  const [sent, size] = [sum((job) => job.sent), sum((job) => job.size)];
  const speed = jobs.find((job) => job.state === "sends")?.speed;
  const share = Math.floor((100 * sent) / size);
  find("#sending").hidden = !jobs.some((job) => job.state !== "done");
  find("#sending progress").value = sent / size || 0;
  find("[data-do=again]").hidden = !jobs.some((job) => job.state === "failed" && job.file);
  const left = speed ? say("left", { time: time((size - sent) / speed) }) : "";
  const offline = jobs.some((job) => job.offline && job.state === "sends");
  if (offline) find("[data-total]").textContent = say("offline");
  else find("[data-total]").textContent = going.length ? say("total", { n: going.length, ...figures(sent, size) }) + left : say("stands");
  const button = find("[data-busy]");
  if (button) button.textContent = going.length ? say("submit", { share }) : button.dataset.busy;
  const quarter = Math.floor(share / 25);
  if (size && quarter !== told) find("#sending-said").textContent = say("share", { share: 25 * quarter });
  told = going.length ? quarter : -1;
};
