// The screening desk by keys, by marks in the grid, and without scripts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, widths } from './support/site.js';

const site = await open();
const laptop = { role: 'screener', viewport: widths.laptop };
const contest = '/desk/contests/tranh-co-dong/screening';

/** Codes of the entries in a state, by number. */
async function codes(state) {
  const page = await site.visit(`${contest}?state=${state}`, laptop);
  const links = await page.locator('ul.cards a').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
  await page.context().close();
  return links.map((link) => link.split('/').at(-1));
}

const all = await codes('submitted');
const at = (page, code) => page.waitForURL(`**/screening/${code}`);
const told = (page) => page.locator('[data-told]').filter({ hasText: 'Đã lưu' }).waitFor();

test('P accepts, X and a digit reject, the next entry stands there at once, U takes back', async () => {
  assert.equal(all.length, 12);
  const page = await site.visit(`${contest}/${all[0]}`, laptop);
  await page.waitForLoadState('networkidle');
  await page.keyboard.press('p');
  await at(page, all[1]);
  await told(page);
  await page.keyboard.press('x');
  await page.locator('[data-told]').filter({ hasText: 'Chọn lý do' }).waitFor();
  await page.keyboard.press('2');
  await at(page, all[2]);
  await told(page);
  assert.deepEqual((await codes('rejected')), [all[1]]);
  await page.keyboard.press('u');
  await at(page, all[1]);
  assert.deepEqual(await codes('rejected'), []);
  assert.deepEqual(await codes('submitted'), all.slice(1));
});

test('findings made without a network wait and go out when it is back', async () => {
  const page = await site.visit(`${contest}/${all[1]}`, laptop);
  await page.waitForLoadState('networkidle');
  await page.context().setOffline(true);
  await page.keyboard.press('p');
  await at(page, all[2]);
  await page.keyboard.press('p');
  await at(page, all[3]);
  await page.locator('[data-told]').filter({ hasText: '2 kết quả chưa lưu' }).waitFor();
  await page.context().setOffline(false);
  await told(page);
  assert.deepEqual(await codes('submitted'), all.slice(3));
});

test('Space looks closely, and letters typed into a field stay letters', async () => {
  const page = await site.visit(`${contest}/${all[3]}`, laptop);
  await page.locator('h1').click();
  await page.keyboard.press('Space');
  await page.locator('figure.zoomed').waitFor();
  const [shown, own] = await page.locator('figure.zoomed img').evaluate((img) => [img.clientWidth, img.naturalWidth]);
  assert.equal(shown, own, 'a point of the picture is a point of the screen');
  await page.locator('#note').pressSequentially('xp');
  assert.equal(await page.locator('#note').inputValue(), 'xp');
  assert.equal(new URL(page.url()).pathname, `${contest}/${all[3]}`);
});

test('Shift marks a row in the grid, and one button accepts it', async () => {
  const page = await site.visit(contest, laptop);
  const boxes = page.locator('[name=code]');
  await boxes.nth(0).check();
  await boxes.nth(3).click({ modifiers: ['Shift'] });
  await page.locator('[data-marked]').filter({ hasText: 'Đã chọn 4 bài' }).waitFor();
  await page.locator('button[value=accept]').click();
  await page.locator('.tabs [aria-current]').waitFor();
  assert.deepEqual(await codes('submitted'), all.slice(7));
});

test('without scripts one entry and several are screened by forms', async () => {
  const page = await site.visit(`${contest}/${all[7]}`, { ...laptop, javaScriptEnabled: false });
  await page.locator('button[value=accept]').click();
  await at(page, all[8]);
  await page.goto(contest);
  await page.locator('[name=code]').nth(0).check();
  await page.locator('#reason').selectOption('reason-blurred');
  await page.locator('button[value=reject]').click();
  assert.deepEqual(await codes('rejected'), [all[8]]);
});
