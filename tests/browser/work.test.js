// The work before a first vote, in a real browser: done unseen, harder in a crowd, and never the only way.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from './support/site.js';

const site = await open();
const [, slug] = site.pages.vote.match(/^\/contests\/([^/]+)/);

/** Lets the organiser ask every browser for work before it votes. */
async function ask() {
  const page = await site.visit(`/desk/contests/${slug}/edit`, { role: 'organiser' });
  const text = await page.locator('#text').inputValue();
  assert.match(text, /^voting:$/m);
  await page.locator('#text').fill(text.replace(/^voting:$/m, 'voting:\n  work: always'));
  await page.locator('#reason').fill('Có người gửi phiếu bằng máy');
  await page.locator('#notice').fill('Trước phiếu đầu tiên, máy của bạn tự tính trong giây lát.');
  await page.locator('form button.primary').last().click();
  await page.waitForURL(`**/desk/contests/${slug}/check`);
  await page.context().close();
}
await ask();

async function works() {
  const page = await site.visit(site.pages.vote);
  return page.locator('ul.cards a[href^="/entries/"]').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
}
const [first, second, third, fourth, fifth] = await works();
const sentence = 'Đang có rất nhiều người bình chọn';

/** Touches the button and waits until the vote is counted: how many keys the browser derived. */
async function derived(page) {
  const done = [];
  page.on('request', (request) => {
    const work = request.method() === 'POST' && new URLSearchParams(request.postData()).get('work');
    if (work) done.push(JSON.parse(work).solution.counter);
  });
  await page.locator('form.vote button').click();
  await page.locator('[data-said]').filter({ hasText: 'Đã tính phiếu' }).waitFor();
  return done;
}

test('one touch: the browser does its work by itself, and the vote is counted', async () => {
  const page = await site.visit(first);
  const done = await derived(page);
  assert.equal(done.length, 1);
  assert.ok(await page.locator('[data-said]').evaluate((said) => said === document.activeElement));
  await page.goto(second);
  assert.deepEqual(await derived(page), [], 'what is done holds for the next vote too');
});

test('while the browser works the page says so, and a second touch sends nothing', async () => {
  const page = await site.visit(second);
  let go;
  const held = new Promise((done) => (go = done));
  await page.route('**/vote/work', async (route) => (await held, route.continue()));
  let tasks = 0;
  page.on('request', (request) => (tasks += request.url().endsWith('/vote/work')));
  const button = page.locator('form.vote button');
  await button.focus();
  await page.keyboard.press('Enter');
  await button.filter({ hasText: 'Máy đang tính' }).waitFor();
  await page.keyboard.press('Enter');
  assert.equal(await button.getAttribute('aria-disabled'), 'true');
  assert.ok(await button.evaluate((button) => button === document.activeElement), 'the focus stays');
  go();
  await page.locator('[data-said]').filter({ hasText: 'Đã tính phiếu' }).waitFor();
  assert.equal(tasks, 1);
});

test('a browser that cannot do it is led to signing in, by keys alone, and the vote counts', async () => {
  const page = await (await site.context()).newPage();
  await page.addInitScript(() => Object.defineProperty(crypto, 'subtle', { value: undefined }));
  await page.goto(third);
  await page.locator('form.vote button').focus();
  await page.keyboard.press('Enter');
  await page.locator('[data-said][role=status]').filter({ hasText: sentence }).waitFor();
  await page.locator('[data-sign-in] a').focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/session\/new/);
  assert.equal(await page.locator('input[type=password]').count(), 0, 'nobody is asked for a password on the way to a vote');
  await page.goto(new URL('/session/new', page.url()).href);
  await page.locator('details summary').focus();
  await page.keyboard.press('Enter');
  await page.locator('#email2').fill(site.roles.judge);
  await page.locator('#password').fill(site.password);
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => !url.pathname.startsWith('/session'));
  await page.goto(third);
  assert.deepEqual(await derived(page), []);
});

test('whoever is signed in is asked for no work', async () => {
  const page = await site.visit(fourth, { role: 'judge' });
  assert.deepEqual(await derived(page), []);
});

test('without scripts the page says what to do', async () => {
  const page = await site.visit(fourth, { javaScriptEnabled: false });
  await page.locator('form.vote button').click();
  await page.getByRole('alert').filter({ hasText: sentence }).waitFor();
  assert.match(await page.locator('main a.button.primary').getAttribute('href'), /^\/session\/new/);
});

test('in a crowd the work is harder', async () => {
  const page = await site.visit(fifth);
  const crowd = Array.from({ length: 60 }, () => page.request.get(`${fifth}/vote/work`));
  for (const came of await Promise.all(crowd)) assert.equal(came.status(), 200);
  const [counter] = await derived(page);
  assert.ok(counter > 100, `${counter} keys; 40 at most where nobody else comes`);
});
