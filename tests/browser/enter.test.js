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

test('a photo outlives a lost network, a reload, the next step and a killed server', { timeout: 120_000 }, async () => {
  const page = await site.visit(site.pages.enter);
  const line = await wire(page);
  await line({ upload: 350_000 });
  await page.setInputFiles('input[type=file]', file(photo));
  const figures = page.locator('.sending [data-figures]');
  await figures.filter({ hasText: going }).waitFor();
  assert.match(page.url(), /\/drafts\/\w{8}\/work$/);
  assert.equal(await page.locator('.sending img').evaluate((img) => img.naturalWidth), 3200);

  await line({ offline: true });
  await figures.filter({ hasText: 'Mất mạng' }).waitFor();
  await line({ upload: 350_000 });
  await figures.filter({ hasText: going }).waitFor();

  await page.reload();
  await figures.filter({ hasText: going }).waitFor();

  await page.locator('button[value=about]').click();
  await page.waitForURL('**/about');
  const total = page.locator('[data-total]');
  await total.filter({ hasText: going }).waitFor();

  await site.kill();
  await total.filter({ hasText: 'Mất mạng' }).waitFor();
  await site.again();
  await page.locator('#sending').waitFor({ state: 'hidden', timeout: 60_000 });
  assert.equal(originals(site, photo), 1);
  await page.goto(page.url().replace('about', 'work'));
  assert.equal(await page.locator('.piece [name=remove]').count(), 1);
});

test('what the rules refuse is said before it is sent', async () => {
  const page = await site.visit(site.pages.enter);
  const sent = [];
  page.on('request', (request) => sent.push(request.method()));
  const wrong = page.locator('.sending [data-wrong]');
  await page.setInputFiles('input[type=file]', file(await picture(draws, 300, 200), 'nho.jpg'));
  await wrong.filter({ hasText: 'Cạnh dài 300 điểm ảnh, tối thiểu 800' }).waitFor();
  await page.setInputFiles('input[type=file]', { name: 'bai.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7') });
  await wrong.filter({ hasText: 'Không nhận loại tệp này' }).waitFor();
  await page.setInputFiles('input[type=file]', { name: 'rong.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(0) });
  await wrong.filter({ hasText: 'Tệp rỗng' }).waitFor();
  assert.deepEqual(sent.filter((method) => method !== 'GET'), []);
  await page.locator('.sending [data-do=cancel]').first().click();
  assert.equal(await page.locator('.sending').count(), 2);
});

test('an upload that is cancelled is gone from the page and from the server', async () => {
  const page = await site.visit(site.pages.enter);
  await (await wire(page))({ upload: 300_000 });
  await page.setInputFiles('input[type=file]', file(photo));
  await page.locator('.sending [data-figures]').filter({ hasText: going }).waitFor();
  const ended = page.waitForResponse((answer) => answer.request().method() === 'DELETE');
  await page.getByRole('button', { name: 'Hủy anh.jpg' }).click();
  assert.equal((await ended).status(), 204);
  assert.equal(await page.locator('.sending').count(), 0);
  await page.reload();
  assert.equal(await page.locator('.sending').count(), 0);
});

test('a voice says the quarters and nothing between', { timeout: 60_000 }, async () => {
  const page = await site.visit(site.pages.enter);
  await page.evaluate(() => {
    window.heard = [];
    const said = document.querySelector('#sending-said');
    new MutationObserver(() => heard.push(said.textContent)).observe(said, { childList: true });
  });
  await (await wire(page))({ upload: 2_000_000 });
  await page.setInputFiles('input[type=file]', file(photo));
  await page.locator('.piece [name=remove]').waitFor({ timeout: 40_000 });
  const heard = await page.evaluate(() => window.heard);
  assert.deepEqual(heard.toSorted(), [...new Set(heard)].toSorted());
  for (const said of heard) assert.match(said, /^Đã tải (0|25|50|75|100) phần trăm\.$/);
  assert.equal(heard.at(-1), 'Đã tải 100 phần trăm.');
});

test('what is typed is on the server without a button, and in the browser until then', async () => {
  const page = await site.visit(site.pages.enter);
  const text = page.locator('textarea[name^="slot."]');
  await text.fill('Một hai  ba');
  assert.equal(await page.locator('textarea + small').textContent(), '3 / 300 chữ');
  await text.blur();
  await page.locator('[data-kept]').filter({ hasText: /^Đã lưu \d\d:\d\d$/ }).waitFor();
  await page.reload();
  assert.equal(await text.inputValue(), 'Một hai  ba');

  await page.route('**/work', (route) => (route.request().method() === 'POST' ? route.abort() : route.continue()));
  await text.fill('Một hai ba bốn');
  await text.blur();
  await page.locator('[data-kept]').filter({ hasText: 'Chưa lưu lên máy chủ được' }).waitFor();
  await page.reload();
  assert.equal(await text.inputValue(), 'Một hai ba bốn');
  await page.locator('[data-kept]').filter({ hasText: 'Đã khôi phục' }).waitFor();
});

test('what is typed while the site is only read is sent by itself afterwards', async () => {
  const page = await site.visit(site.pages.enter);
  const [text, kept] = [page.locator('textarea[name^="slot."]'), page.locator('[data-kept]')];
  await text.fill('Một hai');
  await text.blur();
  await kept.filter({ hasText: /^Đã lưu/ }).waitFor();
  let rests = true;
  const json = { title: 'Hệ thống đang bảo trì', errors: [{ code: 'maintenance' }] };
  const answer = (route) => (rests && route.request().method() === 'POST' ? route.fulfill({ status: 503, json }) : route.continue());
  await page.route('**/work', answer);

  await text.fill('Một hai ba');
  await text.blur();
  await kept.filter({ hasText: json.title }).waitFor();
  rests = false;
  await kept.filter({ hasText: /^Đã lưu/ }).waitFor();

  await page.evaluate(() => localStorage.clear());
  await page.reload();
  assert.equal(await text.inputValue(), 'Một hai ba');
});

test('without scripts an entry goes from the photo to its receipt', async () => {
  const page = await site.visit(site.pages.enter, { javaScriptEnabled: false });
  await page.setInputFiles('input[type=file]', file(await picture(draws, 900, 700)));
  await page.locator('textarea[name^="slot."]').fill('Ý tưởng');
  await page.locator('main form button').last().click();
  await page.waitForURL('**/work');
  await page.locator('button[value=about]').click();
  await page.locator('#title').fill('Không kịch bản');
  await page.locator('#name').fill('Lê Văn Tám');
  await page.locator('#phone').fill('0987654321');
  await page.locator('#sought').fill('dien');
  await page.locator('form[action$="/about"] button').last().click();
  const found = page.locator('[name=unit]');
  await found.first().check();
  await page.locator('#sought').fill('');
  await page.locator('form[action$="/about"] button').last().click();
  await page.waitForURL('**/check');
  for (const box of await page.locator('[name=agree]').all()) await box.check();
  await page.locator('form[action$="/submission"] button').click();
  await page.waitForURL('**/receipts/*');
});
