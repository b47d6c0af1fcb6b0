// What is still being made of files that have arrived: asked for again, ever less often, until it is done.
import { page } from "./swap.js";

let pause = 2000;

const ask = async () => {
  const waiting = document.querySelectorAll("[data-still]");
  if (waiting.length && !document.hidden) {
    pause = Math.min(15000, pause * 1.5);
    const line = await page(waiting[0].dataset.still).catch(() => {});
    for (const old of waiting) {
      const now = line?.response.getElementById(old.id);
      if (!now || now.isEqualNode(old)) continue;
      old.replaceWith(now);
      pause = 2000;
    }
  }
  setTimeout(ask, pause);
};
setTimeout(ask, pause);
