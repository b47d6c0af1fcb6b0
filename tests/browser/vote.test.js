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
  const receipt = (await page.locator('[data-said]').innerText()).match(/Mã phiếu: (\w+)/)[1];
  const mine = page.getByRole('link', { name: 'Phiếu của tôi đã được tính chưa?' });
  assert.equal(await mine.getAttribute('href'), `/votes/${receipt}`);
  await page.locator('form[data-undo] button').click();
  await page.getByText('rút').first().waitFor();
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
