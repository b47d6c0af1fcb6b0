// Follows links from page to page and looks at one of each kind: valid, accessible in both themes
// and widths, still, light, and in keeping with its own policy.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { faultsAtAGlance, faultsOfHtml, faultsOfSight, watchShifts } from './audit.js';
import { patternOf, patterns } from './routes.js';
import { widths } from './site.js';
import { slowLine } from './slow.js';

/** Answers that are no pages. */
const notPages = /^\/(static|health|metrics|media)|\.(csv|xlsx|json|svg|pdf|zip|py|html?)$|\/votes\/(\w+\/proof|checkpoint)$|\/(pictures|originals|exports|films|texts)\//;

/** Addresses that nothing here looks at, each with its reason. */
const unseen = new Map([
  ['/accounts/back', 'another site leads here, and the demo knows none'],
  ['/accounts/there', 'leads to another site, and the demo knows none'],
  ['/complaints/{code}', 'nobody complains in the demo, whose window for that is over'],
  ['/contests/{slug}/plan', 'a file'],
  ['/contests/{slug}/preview.jpeg', 'a picture'],
  ['/contests/{slug}/screen', 'hangs on the wall of a hall and draws itself anew, which no page to read may'],
  ['/contests/{slug}/votes/growth/{leaves}', 'a proof, for programs'],
  ['/contests/{slug}/votes/tile/{path:.*}', 'hashes, for programs'],
  ['/desk/contests/{slug}/counts', 'no contest of the demo counts anything outside'],
  ['/desk/contests/{slug}/counts/proofs/{file}', 'a file'],
  ['/desk/contests/{slug}/counts/sheet/{ending}', 'a file'],
  ['/desk/contests/{slug}/posters/{name}', 'a file'],
  ['/desk/contests/{slug}/votes/{code}', 'no vote of the demo is set aside'],
  ['/entries/{code}/player', 'a film of another site, which the demo does not reach'],
  ['/entries/{code}/vote/work', 'a riddle for a script'],
  ['/judging/{round}/two', 'no jury of the demo compares pairs; `kinds` looks at it'],
  ['/m/{code}', 'no contest of the demo has a roll of voters'],
  ['/setup/{token}', 'the demo has its administrator'],
  ['/units/search', 'answers a script'],
  ['/v/{link:.*}', 'leads on to the contest'],
  ['/witness', 'a key, for programs'],
]);

/** Most bytes of a page without its pictures, compressed (experience of a phone at 400 kbps). */
const budgets = [
  [/^\/(entries|b)\/\{code\}$/, 12_000],
  [/^\/contests\/\{slug\}\/entries\/new$|^\/drafts\//, 50_000],
  [/^\/judging\//, 80_000],
  [/^\/desk/, 80_000],
  [/./, 60_000],
];
const shift = 0.02;

/** A line on which pages come in pieces. */
let slow;

/** Patterns of the pages looked at so far. */
const seen = new Set();

/** Pages looked at so far: two roles are often shown the same to the letter. */
const examined = new Set();

/** One page of each kind and contest is enough: the rest is the same template over other rows. */
function kindOf(path, from) {
  const [address, query = ''] = path.split('?');
  const pattern = patternOf(address);
  const slug = address.match(/contests\/([^/]+)/)?.[1] ?? (pattern.includes('{') ? from : '');
  const asked = [...new URLSearchParams(query).keys()].sort().join('&');
  return { slug, kind: [pattern, slug, asked].join(' ') };
}

/** Looks at one page in a context of its own, as if for the first time. */
async function look(site, path, role) {
  const context = await site.context({ role });
  await context.addInitScript(watchShifts);
  const page = await context.newPage();
  const faults = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`));
  const asked = [];
  page.on('requestfinished', (request) => asked.push(request));
  // The first page of a kind comes in pieces: the others are the same template.
  const pattern = patternOf(path.split('?')[0]);
  const from = seen.has(pattern) ? site.base : slow.base;
  seen.add(pattern);
  const answer = await page.goto(from + path, { waitUntil: 'networkidle' });
  const html = await answer.text();
  faults.push(...(await weigh(asked, page.url())));
  const shifted = await page.evaluate(() => window.shifted);
  if (shifted > shift) faults.push(`the layout shifts by ${shifted.toFixed(3)}`);
  const links = await page.evaluate(() => [...document.querySelectorAll('a[href]')].map((a) => a.getAttribute('href')));
  if (!examined.has(html)) {
    examined.add(html);
    faults.push(...(await faultsOfHtml(html)), ...(await faultsOfSight(page)), ...(await faultsOfEnglish(site, context, path)));
  }
  await context.close();
  return { status: answer.status(), faults, links };
}

/** The same page in the other language. */
async function faultsOfEnglish(site, context, path) {
  await context.addCookies([{ name: 'lang', value: 'en', url: site.base }]);
  const html = await (await context.request.get(path)).text();
  const tongue = html.includes('<html lang="en"') ? [] : ['does not turn English'];
  return [...tongue, ...(await faultsOfHtml(html)).map((fault) => `in English: ${fault}`)];
}

async function weigh(asked, url) {
  let bytes = 0;
  for (const request of asked.filter((r) => !['image', 'media'].includes(r.resourceType()))) {
    const sizes = await request.sizes();
    bytes += sizes.responseBodySize + sizes.responseHeadersSize;
  }
  const pattern = patternOf(new URL(url).pathname);
  const [, most] = budgets.find(([which]) => which.test(pattern));
  return bytes > most ? [`weighs ${bytes} bytes, its budget is ${most}`] : [];
}

/** Whether a link leads to another page that is this role's: public pages are the same for all. */
function leadsOn(link, role) {
  const path = link.split(/[?#]/)[0];
  const inside = /^\/(desk|judging|account|screening|audit)/.test(path);
  return path.startsWith('/') && !notPages.test(path) && inside === (role !== undefined);
}

/** Follows every link from `starts`, one page of each kind, each looked at in a test of its own. */
async function walk(t, site, role, starts) {
  const known = new Set();
  const waiting = starts.map((path) => ({ path, from: '' }));
  while (waiting.length > 0) {
    const { path, from } = waiting.shift();
    const { kind, slug } = kindOf(path, from);
    if (known.has(kind)) continue;
    known.add(kind);
    await t.test(`${path} is sound`, async () => {
      const { status, faults, links } = await look(site, path, role);
      for (const link of links.filter((l) => leadsOn(l, role))) waiting.push({ path: link.split('#')[0], from: slug });
      assert.equal(status, 200);
      assert.deepEqual([...new Set(faults)], []);
    });
  }
}

/** A test for each of these roles: every page that it can reach is sound. */
export async function walks(site, roles) {
  slow = await slowLine(site.base);
  after(slow.stop);
  for (const role of roles) {
    test(`every page that ${role ?? 'the public'} can reach is sound`, async (t) => {
      await walk(t, site, role, role ? ['/desk'] : ['/', ...Object.values(site.pages), '/session/new', '/receipts']);
    });
  }
}

/** Pages that no link leads to: each looked at once, on a phone in one theme, in a test of its own. */
export function visits(site, paths, role) {
  for (const path of paths) {
    test(`${path} is sound`, async () => {
      const context = await site.context({ role });
      const page = await context.newPage();
      const answer = await page.goto(path, { waitUntil: 'networkidle' });
      seen.add(patternOf(new URL(page.url()).pathname));
      const faults = [...(await faultsOfHtml(await answer.text())), ...(await faultsAtAGlance(page))];
      await context.close();
      assert.equal(answer.status(), 200);
      assert.deepEqual([...new Set(faults)], []);
    });
  }
}

/** The last test of a file: of the pages that are its own, every one was looked at or has a reason. */
export function nothingIsLeftOut(isOwn) {
  test('every page that there is was looked at, or it is said why not', () => {
    const isPage = (pattern) => !notPages.test(pattern.replaceAll(/\{[^}]*\}/g, 'x'));
    const own = patterns.filter((pattern) => isOwn(pattern) && isPage(pattern));
    assert.deepEqual(own.filter((pattern) => !seen.has(pattern) && !unseen.has(pattern)), []);
    assert.deepEqual(own.filter((pattern) => seen.has(pattern) && unseen.has(pattern)), [], 'they are seen after all');
  });
}

/**
 * A person's page without our scripts, forms alone, that remembers the HTML it was sent last:
 * `isSound` looks at what stands there, `send` presses a button and returns when the answer does.
 */
export async function plainly(site, options) {
  const context = await site.context(options);
  await context.route('**/*.js', (route) => route.abort());
  const page = await context.newPage();
  let html = '';
  const isPage = (answer) => answer.request().isNavigationRequest() && (answer.headers()['content-type'] ?? '').startsWith('text/html');
  page.on('response', (answer) => {
    if (isPage(answer)) html = answer.text();
  });
  const isSound = async (what) => {
    await page.waitForLoadState('networkidle');
    seen.add(patternOf(new URL(page.url()).pathname));
    const faults = [...(await faultsOfHtml(await html)), ...(await faultsOfSight(page))];
    assert.deepEqual([...new Set(faults)], [], what);
    await page.setViewportSize(widths.phone);
  };
  const send = async (button) => {
    const answered = page.waitForResponse((answer) => isPage(answer) && answer.status() < 300);
    await button.click();
    await answered;
    await page.waitForLoadState();
  };
  return { page, isSound, send };
}
