// Counts that go on: asked for again about every half minute while somebody looks.
const shown = document.querySelector("[data-live]");

const ask = () =>
  setTimeout(() => {
    const line = new XMLHttpRequest();
    line.open("GET", location.href);
    line.responseType = "document";
    line.onload = () => {
      const fresh = line.response?.querySelector("[data-live]");
      if (fresh) shown.textContent = fresh.textContent;
    };
    line.onloadend = ask;
    if (document.hidden) ask();
    else line.send();
  }, 20000 + Math.random() * 20000);
ask();
