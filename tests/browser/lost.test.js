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
