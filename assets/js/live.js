// Counts that go on: asked for again about every half minute while somebody looks.
import { page } from "./swap.js";

const ask = () =>
  setTimeout(async () => {
    try {
      if (!document.hidden) {
        const fresh = (await page(location.href)).response.querySelector("[data-live]");
        if (fresh) document.querySelector("[data-live]").textContent = fresh.textContent;
      }
    } catch {}
    ask();
  }, 20000 + Math.random() * 20000);
ask();
