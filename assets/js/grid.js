// The grid: Shift takes everything between two marks, arrows move, Space marks.
const grid = document.querySelector("[data-grid]");
const boxes = [...grid.querySelectorAll("[name=code]")];
const said = document.querySelector("[data-marked]");
let last = 0;

const tell = () => (said.textContent = said.dataset.marked.replace("%n", boxes.filter((box) => box.checked).length));

grid.addEventListener("click", ({ target, shiftKey }) => {
  const at = boxes.indexOf(target);
  if (at < 0) return;
  if (shiftKey) for (const box of boxes.slice(Math.min(at, last), Math.max(at, last) + 1)) box.checked = target.checked;
  last = at;
  tell();
});
addEventListener("keydown", (event) => {
  const { target, key } = event;
  const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
  const at = boxes.findIndex((box) => box === target || box.closest("li") === target.closest?.("li"));
  const next = boxes[step && (at < 0 ? 0 : at + step)];
  if (!next) return;
  event.preventDefault();
  next.focus();
  if (!event.shiftKey) return;
  next.checked = boxes[at]?.checked ?? true;
  tell();
});
tell();
