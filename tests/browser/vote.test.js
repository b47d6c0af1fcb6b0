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

test('one touch is counted, and the focus is on the sentence that says so', async () => {
  const page = await site.visit(first);
  await page.locator('form.vote button').click();
  await page.locator('[data-said]').filter({ hasText: 'Đã tính phiếu' }).waitFor();
  assert.ok(await page.locator('[data-said]').evaluate((said) => said === document.activeElement));
  assert.ok(await page.locator('form[data-undo] button').isVisible());
  await page.locator('form[data-undo] button').click();
  await page.getByText('rút').first().waitFor();
});

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
  await page.locator('[data-said]').filter({ hasText: /Đã tính phiếu|Bạn đã bình chọn bài này lúc/ }).waitFor();
  assert.equal(new Set(numbers).size, 1);
  assert.equal(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('vote:')).length), 0);
});

test('two touches send one vote', async () => {
  const page = await site.visit(third);
  let sent = 0;
  page.on('request', (request) => (sent += request.method() === 'POST'));
  await page.locator('form.vote button').evaluate((button) => (button.click(), button.click()));
  await page.locator('[data-said]').filter({ hasText: 'Đã tính phiếu' }).waitFor();
  assert.equal(sent, 1);
});

test('without scripts the same button votes', async () => {
  const page = await site.visit(fourth, { javaScriptEnabled: false });
  await page.locator('form.vote button').click();
  await page.getByText('Đã tính phiếu').waitFor();
});
