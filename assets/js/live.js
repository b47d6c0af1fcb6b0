// Counts that go on: one small answer for all works, asked for every 5 to 15 seconds while somebody
// looks, and less often while nothing moves.
const told = document.querySelectorAll("[data-count]");
const place = document.querySelector("[data-live]")?.dataset.live;
let last = "";
let calm = 1;

const ask = async () => {
  try {
    if (!document.hidden) {
      const line = await fetch(place, { headers: { Accept: "application/json" } });
      const text = line.ok ? await line.text() : last;
      calm = text === last ? Math.min(4, calm * 1.3) : 1;
      last = text;
      const counts = JSON.parse(text);
      for (const one of told) one.textContent = counts[one.dataset.count] ?? one.textContent;
    }
  } catch {}
  later();
};
const later = () => setTimeout(ask, (5000 + Math.random() * 10000) * calm);
if (place) later();
