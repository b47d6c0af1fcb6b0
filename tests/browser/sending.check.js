// Entering from a phone: files that survive everything, texts that are kept, and all of it without scripts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { originals } from './support/originals.js';
import { file, picture, wire } from './support/picture.js';
import { open } from './support/site.js';

const site = await open();
const draws = await site.visit('/');
const photo = await picture(draws, 3200, 2400);

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
