// Every page that a link leads to, for whoever is no officer, and every step of entering and voting.
// New pages are found by their links.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nothingIsLeftOut, plainly, visits, walks } from './support/looks.js';
import { open } from './support/site.js';

const site = await open();
await walks(site, [undefined, 'judge', 'screener']);

test('every step of entering is sound, refusals and receipt included', async () => {
  const { page, isSound } = await plainly(site);
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
  await page.locator('#birth_date').fill(`${new Date().getFullYear() - 12}-05-01`);
  await page.locator('main form button.primary').click();
  await page.locator('#guardian').fill('Nguyễn Thị Mẹ');
  await isSound('the entrant, a child');
  await page.locator('main form button.primary').click();
  await page.waitForURL('**/check');
  await isSound('the check');
  await page.locator('form[action$="/submission"] button').click();
  await page.waitForLoadState();
  await isSound('the check with what is not agreed to');
  for (const box of await page.locator('input[name=agree]:not([value=guardian])').all()) await box.check();
  await page.locator('form[action$="/submission"] button').click();
  await page.waitForURL('**/receipts/**');
  await isSound('the receipt');
  const asked = await page.locator('#ask').inputValue();
  await page.goto(asked.match(/\/consents\/\S+/)[0]);
  await isSound('what the guardian is asked');
});

test('a vote, its receipt and its withdrawal are sound', async () => {
  const { page, isSound } = await plainly(site);
  await page.goto(site.pages.vote);
  await page.locator('main .cards a').first().click();
  await page.locator('form.vote button').click();
  await page.locator('.receipt').waitFor();
  await isSound('the receipt of a vote');
  await page.goto(await page.locator('.receipt a[href^="/votes/"]').first().getAttribute('href'));
  await isSound('what the receipt of a vote leads to');
});

test('a certificate is made and checked by its code', async () => {
  const { page, isSound, send } = await plainly(site, { role: 'organiser' });
  await page.goto(`/desk${site.pages.results.replace('/results', '/awards')}`);
  await send(page.locator('form[action$="/certificates"] button'));
  await page.locator('a[href^="/certificates/"]').first().click();
  await isSound('the check of a certificate');
});

test('refusals are pages that help', async () => {
  for (const [path, role] of [['/nothing/here', undefined], ['/desk', undefined], ['/desk/contests/net-dep-thi-diem/results', 'judge']]) {
    const { page, isSound } = await plainly(site, { role });
    await page.goto(path);
    await isSound(path);
  }
});

// Addresses that people come to from paper, from a letter or from a chat.
const over = site.pages.results.replace('/results', '');
visits(site, ['/m', '/links', `${over}/results/1`, `${over}/complaints`]);

nothingIsLeftOut((pattern) => !pattern.startsWith('/desk/'));
