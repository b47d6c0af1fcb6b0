// Every page that a link leads to, for every role: valid, accessible in both themes and widths,
// still, narrow, light, and in keeping with its own policy. New pages are found by their links.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { faultsOfHtml, faultsOfSight, watchShifts } from './support/audit.js';
import { patternOf, patterns } from './support/routes.js';
import { open, widths } from './support/site.js';
import { slowLine } from './support/slow.js';

const site = await open();
const slow = await slowLine(site.base);
after(slow.stop);

/** Answers that are no pages. */
const notPages = /^\/(static|health|metrics|media)|\.(csv|xlsx|json|svg|pdf|zip|html?)$|\/(pictures|originals|exports|films|texts)\//;

/** Most bytes of a page without its pictures, compressed (experience of a phone at 400 kbps). */
const budgets = [
  [/^\/(entries|b)\/\{code\}$/, 12_000],
  [/^\/contests\/\{slug\}\/entries\/new$|^\/drafts\//, 50_000],
  [/^\/judging\//, 80_000],
  [/^\/desk/, 80_000],
  [/./, 60_000],
];
const shift = 0.02;

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
async function look(path, role) {
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
    faults.push(...(await faultsOfHtml(html)), ...(await faultsOfSight(page)), ...(await faultsOfEnglish(context, path)));
  }
  await context.close();
  return { status: answer.status(), faults, links };
}

/** The same page in the other language. */
async function faultsOfEnglish(context, path) {
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
async function walk(t, role, starts) {
  const known = new Set();
  const waiting = starts.map((path) => ({ path, from: '' }));
  while (waiting.length > 0) {
    const { path, from } = waiting.shift();
    const { kind, slug } = kindOf(path, from);
    if (known.has(kind)) continue;
    known.add(kind);
    await t.test(`${path} is sound`, async () => {
      const { status, faults, links } = await look(path, role);
      for (const link of links.filter((l) => leadsOn(l, role))) waiting.push({ path: link.split('#')[0], from: slug });
      assert.equal(status, 200);
      assert.deepEqual([...new Set(faults)], []);
    });
  }
}

for (const role of [undefined, 'administrator', 'organiser', 'approver', 'judge', 'screener']) {
  test(`every page that ${role ?? 'the public'} can reach is sound`, async (t) => {
    await walk(t, role, role ? ['/desk'] : ['/', ...Object.values(site.pages), '/session/new', '/receipts']);
  });
}

/** A person's page that remembers the HTML it was sent last, without our scripts: forms alone. */
async function plainly(options) {
  const context = await site.context(options);
  await context.route('**/*.js', (route) => route.abort());
  const page = await context.newPage();
  let html = '';
  page.on('response', async (answer) => {
    const isPage = answer.request().isNavigationRequest() && (answer.headers()['content-type'] ?? '').startsWith('text/html');
    if (isPage) html = answer.text();
  });
  const isSound = async (what) => {
    await page.waitForLoadState('networkidle');
    const faults = [...(await faultsOfHtml(await html)), ...(await faultsOfSight(page))];
    assert.deepEqual([...new Set(faults)], [], what);
    await page.setViewportSize(widths.phone);
  };
  return { page, isSound };
}

test('every step of entering is sound, refusals and receipt included', async () => {
  const { page, isSound } = await plainly();
  await page.goto(site.pages.results);
  const work = await page.locator('a[href^="/entries/"]').first().getAttribute('href');
  await page.goto(work);
  const picture = await page.locator('main img').first().getAttribute('src');
  const buffer = await (await page.request.get(picture.replace('/800.jpeg', '/1600.jpeg'))).body();

  await page.goto(site.pages.enter);
  await page.locator('input[type=file]').setInputFiles({ name: 'tranh.jpg', mimeType: 'image/jpeg', buffer });
  await page.locator('main form button.primary').click();
  await page.waitForURL('**/drafts/**');
  const draft = page.url().replace(/\/[a-z]+$/, '');
  await page.goto(`${draft}/work`);
  await isSound('the work');
  await page.locator('textarea[name^="slot."]').fill('Ý tưởng từ ca đêm');
  await page.locator('button[value=about]').click();
  await page.waitForURL('**/about');
  await isSound('the entrant');
  await page.locator('main form button.primary').click();
  await page.waitForLoadState();
  await isSound('the entrant, or the next step, with what is missing');
  await page.goto(`${draft}/about`);
  await page.locator('#title').fill('Bàn tay vàng');
  await page.locator('#name').fill('Lê Thị Bình');
  await page.locator('#phone').fill('0912345678');
  await page.locator('#sought').fill('sao mai');
  await page.locator('main form button.primary').click();
  await page.waitForLoadState();
  await isSound('units to choose from');
  await page.locator('input[name=unit]').last().check();
  await page.locator('main form button.primary').click();
  await page.waitForURL('**/check');
  await isSound('the check');
  await page.locator('form[action$="/submission"] button').click();
  await page.waitForLoadState();
  await isSound('the check with what is not agreed to');
  for (const box of await page.locator('input[name=agree]').all()) await box.check();
  await page.locator('form[action$="/submission"] button').click();
  await page.waitForURL('**/receipts/**');
  await isSound('the receipt');
});

test('a vote, its receipt and its withdrawal are sound', async () => {
  const { page, isSound } = await plainly();
  await page.goto(site.pages.vote);
  await page.locator('main .cards a').first().click();
  await page.locator('form.vote button').click();
  await page.locator('.receipt').waitFor();
  await isSound('the receipt of a vote');
});

test('refusals are pages that help', async () => {
  for (const [path, role] of [['/nothing/here', undefined], ['/desk', undefined], ['/desk/contests/net-dep-thi-diem/results', 'judge']]) {
    const { page, isSound } = await plainly({ role });
    await page.goto(path);
    await isSound(path);
  }
});
