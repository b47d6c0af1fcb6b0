// A form that is filled in while a photo is on its way, or while it is being kept.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { file, picture, wire } from './support/picture.js';
import { open } from './support/site.js';

const site = await open();
const draws = await site.visit('/');

const going = /[\d,]+ \/ [\d,]+ MB \([1-9]\d?%\)/;

test('while a photo is on its way the form can be filled in and submitted, and the receipt names it', { timeout: 120_000 }, async () => {
  const page = await site.visit(site.pages.enter);
  await (await wire(page))({ upload: 250_000 });
  await page.setInputFiles('input[type=file]', file(await picture(draws, 2400, 1600)));
  await page.locator('.sending [data-figures]').filter({ hasText: going }).waitFor();
  await page.locator('textarea[name^="slot."]').fill('Ý tưởng từ ca đêm');
  await page.getByRole('button', { name: 'Tiếp tục' }).click();
  await page.waitForURL('**/about');
  await page.locator('#title').fill('Ca đêm');
  await page.locator('#name').fill('Trần Thị Mơ');
  await page.locator('#phone').fill('0912345678');
  await page.locator('#sought').pressSequentially('dien', { delay: 20 });
  await page.locator('[data-offered] input').first().check();
  await page.locator('form[action$="/about"] button:not([type=button])').click();
  await page.waitForURL('**/check');
  for (const box of await page.locator('[name=agree]').all()) await box.check();
  const submit = page.locator('[data-busy]');
  await submit.filter({ hasText: /đang tải \(\d+%\)/ }).waitFor();
  await submit.click();
  await page.waitForURL('**/receipts/*', { timeout: 60_000 });
});

test('a button pressed while the form is being kept waits until it is, and what was typed goes on', async () => {
  const page = await site.visit(site.pages.enter);
  await page.locator('textarea[name^="slot."]').fill('Ý tưởng từ ca ngày');
  await page.getByRole('button', { name: 'Tiếp tục' }).click();
  await page.waitForURL('**/about');
  await page.locator('#title').fill('Ca sáng');
  await page.locator('#name').fill('Trần Thị Mơ');
  await page.locator('#phone').fill('0912345678');
  await page.locator('#sought').pressSequentially('dien', { delay: 20 });
  await page.locator('[data-offered] input').first().check();
  await page.locator('form[action$="/about"] button:not([type=button])').click();
  await page.waitForURL('**/check');
  await page.goto(page.url().replace('/check', '/about'));
  const seen = [];
  let press;
  const pressed = new Promise((done) => (press = done));
  await page.route('**/about', async (route) => {
    const request = route.request();
    if (request.method() !== 'POST') return route.continue();
    if (request.headers().accept !== 'application/json') {
      seen.push('sent');
      return route.continue();
    }
    const answer = await route.fetch();
    await pressed;
    seen.push('kept');
    return route.fulfill({ response: answer });
  });
  const keeping = page.waitForRequest((request) => request.method() === 'POST');
  await page.locator('#title').fill('Ca ngày');
  await page.locator('form[action$="/about"] button:not([type=button])').click({ noWaitAfter: true });
  await keeping;
  press();
  await page.waitForURL('**/check');
  assert.deepEqual(seen, ['kept', 'sent']);
  assert.equal(await page.locator('.summary dd').filter({ hasText: /^Ca ngày$/ }).count(), 1);
});

test('a form that the line swallows goes when the line is back, while a photo is on its way', { timeout: 120_000 }, async () => {
  const page = await site.visit(site.pages.enter);
  const line = await wire(page);
  await line({ upload: 250_000 });
  await page.setInputFiles('input[type=file]', file(await picture(draws, 2400, 1603)));
  await page.locator('.sending [data-figures]').filter({ hasText: going }).waitFor();
  await line({ offline: true });
  await page.getByRole('button', { name: 'Tiếp tục' }).click();
  await page.locator('[data-total]').filter({ hasText: 'Mất mạng' }).waitFor();
  await line({ upload: 250_000 });
  await page.waitForURL('**/about');
  await page.locator('[data-total]').filter({ hasText: going }).waitFor();
});
