// Finds units while their name is typed, in any spelling, and offers them as the form does.

const offered = (code, name) => {
  const line = Object.assign(document.createElement("p"), { className: "choice" });
  const label = document.createElement("label");
  const mark = Object.assign(document.createElement("input"), { type: "radio", name: "unit", value: code });
  line.dataset.offered = "";
  label.append(mark, ` ${name}`);
  line.append(label);
  return line;
};

let asked = 0;
const seek = async (field) => {
  const mine = ++asked;
  const said = field.form.querySelector("[data-found]");
  await new Promise((done) => setTimeout(done, 250));
  if (mine !== asked) return;
  try {
    const line = await fetch(`/units/search?q=${encodeURIComponent(field.value)}`);
    const { units, said: words } = await line.json();
    if (mine !== asked) return;
    field.form.querySelectorAll("[data-offered]").forEach((old) => old.querySelector(":checked") ?? old.remove());
    said.after(...units.map(([code, name]) => offered(code, name)));
    said.textContent = words;
  } catch {}
};

addEventListener("input", ({ target }) => target.name === "sought" && seek(target));
addEventListener("change", ({ target }) => {
  if (target.type !== "radio" || target.name !== "unit") return;
  // Chosen: what was typed to find it is no question any more.
  target.form.elements.sought.value = "";
});
