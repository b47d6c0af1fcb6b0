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

const fetched = new Map();

/** The part `what` of the page at `href`, fetched once and ahead of its time. */
export const ahead = (href, what) => {
  if (!fetched.has(href)) {
    const found = page(href).then((line) => line.response.querySelector(what) ?? Promise.reject(line));
    fetched.set(href, found);
    found.catch(() => fetched.delete(href));
  }
  return fetched.get(href);
};

/** Follows `rel=next` so many pages ahead of `from`, with the pictures of the nearest two. */
export const prepare = async (from, what, far = 10, pictured = 2) => {
  const { href } = from.querySelector("a[rel=next]") ?? {};
  const next = href && far && (await ahead(href, what).catch(() => {}));
  if (!next) return;
  if (pictured > 0) for (const { src, poster } of next.querySelectorAll("figure img, .picture img, video[poster]")) new Image().src = poster ?? src;
  prepare(next, what, far - 1, pictured - 1);
};

addEventListener("popstate", () => location.reload());
