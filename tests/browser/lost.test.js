// One touch: counted when the server says so, kept when the network is gone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from './support/site.js';

const site = await open();

async function works() {
  const page = await site.visit(site.pages.vote);
  return page.locator('ul.cards a[href^="/entries/"]').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
}
const [first, second, third, fourth] = await works();

test('a vote whose answer was lost is called counted only when the server says so, and counts once', async () => {
  const page = await site.visit(second);
  const numbers = [];
  await page.route('**/vote', async (route) => {
    numbers.push(new URLSearchParams(route.request().postData()).get('nonce'));
    await route.fetch();
    await route.abort();
  });
  await page.locator('form.vote button').click();
  await page.locator('[data-said]').filter({ hasText: 'Phiếu chưa được tính' }).waitFor();
  const button = page.locator('form.vote button');
  assert.equal(await button.getAttribute('aria-disabled'), 'true');
  assert.ok(await button.evaluate((button) => button === document.activeElement));
  await page.unroute('**/vote');
  const sent = page.waitForRequest('**/vote');
  await page.reload();
  numbers.push(new URLSearchParams((await sent).postData()).get('nonce'));
  await page.locator('[data-said]').filter({ hasText: /Đã tính phiếu|Bạn đã bình chọn cho tác phẩm này lúc/ }).waitFor();
  assert.equal(new Set(numbers).size, 1);
  assert.equal(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('vote:')).length), 0);
});

test('votes that find the queue full are kept, and sent again under the same numbers', async () => {
  const page = await site.visit(third);
  const numbers = new Map([third, fourth].map((work) => [`${work}/vote`, []]));
  let full = true;
  await page.context().route('**/vote', async (route) => {
    const request = route.request();
    numbers.get(new URL(request.url()).pathname).push(new URLSearchParams(request.postData()).get('nonce'));
    if (!full) return route.continue();
    await route.fulfill({ status: 503, headers: { 'retry-after': '2' }, contentType: 'application/problem+json', body: '{}' });
  });
  for (const work of [third, fourth]) {
    await page.goto(work);
    await page.locator('form.vote button').click();
    await page.locator('[data-said]').filter({ hasText: 'phiếu được giữ trên máy này và tự gửi lại' }).waitFor();
    assert.equal(await page.locator('form.vote button').innerText(), 'Phiếu đang chờ đến lượt');
  }
  full = false;
  await page.locator('[data-said]').filter({ hasText: 'Đã tính phiếu' }).waitFor();
  await page.waitForFunction(() => !Object.keys(localStorage).some((key) => key.startsWith('vote:')));
  for (const [path, sent] of numbers) {
    assert.ok(sent.length > 1, path);
    assert.equal(new Set(sent).size, 1, `${path}: ${sent}`);
  }
  await page.goto(third);
  await page.locator('form.vote button').click();
  await page.locator('[data-said]').filter({ hasText: 'Bạn đã bình chọn cho tác phẩm này lúc' }).waitFor();
});

test('a vote that another window brought home is not waited for any more', async () => {
  const page = await site.visit(first);
  await page.context().route('**/vote', (route) => route.abort());
  await page.locator('form.vote button').click();
  await page.locator('[data-said]').filter({ hasText: 'Phiếu chưa được tính' }).waitFor();
  const other = await page.context().newPage();
  await other.goto(first);
  const waits = other.locator('form.vote button[aria-disabled="true"]');
  await waits.waitFor();
  await page.context().unroute('**/vote');
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await page.locator('[data-said]').filter({ hasText: 'Đã tính phiếu' }).waitFor();
  await waits.waitFor({ state: 'hidden' });
});
