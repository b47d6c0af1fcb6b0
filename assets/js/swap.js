// Pages without leaving the page, so that what goes on (an upload, marks to be sent) goes on.

/** Fetches a page, with `body` as POST. The browser parses it: no text becomes markup here. */
export const page = (url, body) =>
  new Promise((done, fail) => {
    const line = new XMLHttpRequest();
    line.open(body ? "POST" : "GET", url);
    line.responseType = "document";
    line.timeout = 60000;
    line.onloadend = () => (line.response?.querySelector("main") ? done(line) : fail(line));
    line.send(body);
  });

/** Puts a fetched page in the place of this one and moves the focus to what it says first. */
export const show = (line) => {
  const main = document.adoptNode(line.response.querySelector("main"));
  document.querySelector("main").replaceWith(main);
  document.title = line.response.title;
  if (line.responseURL !== location.href) history.pushState(0, "", line.responseURL);
  scrollTo(0, 0);
  const first = main.querySelector("[role=alert], h1") ?? main;
  first.tabIndex = -1;
  first.focus();
  dispatchEvent(new Event("swapped"));
};

addEventListener("popstate", () => location.reload());
