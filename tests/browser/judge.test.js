// The judge's room: keys, network cuts, two devices, a killed server; no mark is lost.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, widths } from './support/site.js';

const site = await open();
const laptop = { role: 'judge', viewport: widths.laptop };

/** The judge's list of the photographs, of which none is marked yet, and the addresses of its entries. */
async function desk(options = laptop) {
  const page = await site.visit('/desk', options);
  const rounds = page.locator('main a[href^="/judging/"]');
  const rooms = await rounds.evaluateAll((all) => all.map((link) => link.getAttribute('href')));
  for (const room of rooms) {
    await page.goto(room);
    const links = await page.locator('ul.cards a').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
    if (links.length === 24) return [page, links];
  }
  throw new Error('no round with the 24 photographs');
}

const marksOf = (page) => page.locator('[name^="mark."]').evaluateAll((all) => all.map((field) => field.value));
const saved = (page) => page.locator('[data-kept]').filter({ hasText: /^Đã lưu \d\d:\d\d$/ }).waitFor();
const alias = (page) => page.locator('[data-alias]').getAttribute('data-alias');

test('keys mark, go on by themselves, go back, take back, and a reload returns to the same place', async () => {
  const [page, links] = await desk();
  await page.goto(links[0]);
  const first = await alias(page);
  const criteria = (await marksOf(page)).length;
  assert.ok(criteria > 0);
  for (let at = 0; at < criteria; at++) await page.keyboard.press('7');
  await page.waitForFunction((first) => document.querySelector('[data-alias]').dataset.alias !== first, first);
  assert.equal(new URL(page.url()).pathname, links[1]);
  await saved(page);
  await page.keyboard.press('8');
  await page.keyboard.press('u');
  assert.equal((await marksOf(page))[0], '');
  await page.keyboard.press('9');
  await saved(page);
  await page.reload();
  assert.equal(new URL(page.url()).pathname, links[1]);
  assert.equal((await marksOf(page))[0], '9');
  await page.keyboard.press('ArrowLeft');
  await page.waitForURL(`**${links[0]}`);
  assert.deepEqual(await marksOf(page), Array(criteria).fill('7'));
});

test('marks given without a network stand there, are counted as open, and go out when it is back', async () => {
  const [page, links] = await desk();
  await page.goto(links[2]);
  const criteria = (await marksOf(page)).length;
  await page.waitForLoadState('networkidle');
  await page.context().setOffline(true);
  for (let at = 0; at < 2 * criteria; at++) await page.keyboard.press('6');
  await page.locator('[data-kept]').filter({ hasText: `Chưa lưu ${2 * criteria} điểm` }).waitFor();
  assert.equal(new URL(page.url()).pathname, links[4]);
  await page.context().setOffline(false);
  await saved(page);
  for (const link of [links[2], links[3]]) {
    const other = await site.visit(link, { ...laptop, javaScriptEnabled: false });
    assert.deepEqual(await marksOf(other), Array(criteria).fill('6'));
  }
});

test('a note beside a mark is folded away, kept without a network, and goes out when it is back', async () => {
  const [page, links] = await desk();
  await page.goto(links[10]);
  await page.waitForLoadState('networkidle');
  await page.locator('details.note summary').first().click();
  await page.context().setOffline(true);
  const note = page.locator('[name^="note."]').first();
  await note.fill('Bố cục chặt');
  await note.blur();
  await page.locator('[data-kept]').filter({ hasText: 'Chưa lưu' }).waitFor();
  await page.context().setOffline(false);
  await saved(page);
  const other = await site.visit(links[10], { ...laptop, javaScriptEnabled: false });
  assert.equal(await other.locator('[name^="note."]').first().inputValue(), 'Bố cục chặt');
  assert.equal(await other.locator('details.note[open]').count(), 1);
});

test('a server that is killed loses no mark', { timeout: 60_000 }, async () => {
  const [page, links] = await desk();
  await page.goto(links[5]);
  const criteria = (await marksOf(page)).length;
  await page.waitForLoadState('networkidle');
  await site.kill();
  for (let at = 0; at < criteria; at++) await page.keyboard.press('5');
  await page.locator('[data-kept]').filter({ hasText: 'Chưa lưu' }).waitFor();
  await site.again();
  await saved(page);
  const other = await site.visit(links[5], { ...laptop, javaScriptEnabled: false });
  assert.deepEqual(await marksOf(other), Array(criteria).fill('5'));
});

/** The next answer to marks that were sent. */
const put = (page) => page.waitForResponse((answer) => answer.request().method() === 'PUT');

/** Types the first mark, and returns when the server answered. */
async function first(page, mark) {
  const answered = put(page);
  await page.locator('[name^="mark."]').first().fill(mark);
  await page.locator('[name^="mark."]').first().blur();
  await answered;
}

test('a mark that is changed after its answer was lost is not taken for another device\'s', async () => {
  const [page, links] = await desk();
  await page.goto(links[16]);
  let lost = 0;
  await page.route(`**${links[16]}/sheet`, async (route) => {
    if (lost++) return route.continue();
    await route.fetch();
    await route.abort();
  });
  await page.keyboard.press('6');
  await page.waitForRequest(`**${links[16]}/sheet`);
  await page.locator('[data-kept]').filter({ hasText: 'Chưa lưu' }).waitFor();
  await page.keyboard.press('u');
  await page.keyboard.press('9');
  await saved(page);
  assert.ok(lost > 1);
  assert.equal(await page.locator('[data-stale]').isVisible(), false);
  const other = await site.visit(links[16], { ...laptop, javaScriptEnabled: false });
  assert.equal((await marksOf(other))[0], '9');
});

test('two devices never overwrite each other in silence', async () => {
  const [page, links] = await desk();
  await page.goto(links[6]);
  const other = await site.visit(links[6], laptop);
  await page.keyboard.press('3');
  await saved(page);
  await other.keyboard.press('9');
  await other.locator('[data-said]').filter({ hasText: 'vừa được lưu trên máy khác' }).waitFor();
  await other.locator('[data-settle=theirs]').click();
  assert.equal((await marksOf(other))[0], '3');
  await first(page, '4');
  await first(other, '8');
  const kept = put(other);
  await other.locator('[data-settle=ours]').click();
  assert.equal((await kept).status(), 200);
  await page.reload();
  assert.equal((await marksOf(page))[0], '8');
});

test('a mark off the scale is said and not sent', async () => {
  const [page, links] = await desk();
  await page.goto(links[7]);
  const field = page.locator('[name^="mark."]').first();
  await field.fill('99999');
  await field.blur();
  await page.locator('[data-said]').filter({ hasText: 'Điểm phải từ 0 đến' }).waitFor();
  assert.equal(await field.getAttribute('aria-invalid'), 'true');
});

test('what is marked without a pause goes out together', async () => {
  const [page, links] = await desk();
  const sent = [];
  page.on('request', (request) => request.method() === 'PUT' && sent.push(request.postDataJSON()));
  await page.goto(links[11]);
  const criteria = (await marksOf(page)).length;
  await page.evaluate((times) => {
    for (let at = 0; at < times; at++) document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: '7', bubbles: true }));
  }, criteria);
  await saved(page);
  assert.deepEqual(sent.map((sheet) => Object.values(sheet.marks)), [Array(criteria).fill(700)]);
});

test('the next ten entries and the pictures of the nearest two are there before the judge goes on', async () => {
  const [page, links] = await desk();
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(links[12]);
  await page.waitForLoadState('networkidle');
  const place = (path) => links.findIndex((link) => path === link || path.startsWith(`${link}/`)) - 12;
  const fetched = (pictures) => [...new Set(asked.filter((path) => path.includes('/pictures/') === pictures).map(place))].filter((at) => at >= 0);
  assert.deepEqual(fetched(false).toSorted((a, b) => a - b), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.deepEqual(fetched(true).toSorted(), [0, 1, 2]);
  await page.context().setOffline(true);
  await page.keyboard.press('ArrowRight');
  await page.waitForURL(`**${links[13]}`);
  await page.waitForFunction(() => document.querySelector('.picture img').naturalWidth > 0);
});

test('Z shows a picture at its own size and fits it again, and a touch of it leads to the largest there is', async () => {
  const [page, links] = await desk({ role: 'judge', viewport: { width: 1000, height: 700 } });
  await page.goto(links[11]);
  await page.waitForLoadState('networkidle');
  const picture = page.locator('.picture img');
  const size = () => picture.evaluate((img) => [img.clientWidth, img.clientHeight]);
  const own = await picture.evaluate((img) => [img.naturalWidth, img.naturalHeight]);
  const fitted = await size();
  assert.ok(fitted[0] < own[0], `${fitted} shows all of ${own}`);
  await page.keyboard.press('z');
  assert.deepEqual(await size(), own);
  await page.keyboard.press('z');
  assert.deepEqual(await size(), fitted);
  await picture.click();
  await page.waitForURL(`**${links[11]}/pictures/0/1600`);
});

test('without scripts a sheet is saved and the next entry comes', async () => {
  const [page, links] = await desk({ ...laptop, javaScriptEnabled: false });
  await page.goto(links[8]);
  for (const field of await page.locator('[name^="mark."]').all()) await field.fill('5');
  await page.locator('.sheet button.primary').click();
  await page.waitForURL((url) => url.pathname !== links[8]);
  await page.goto(links[8]);
  assert.equal((await marksOf(page))[0], '5');
});

test('on a touch screen buttons of a thumb\'s size mark', async () => {
  const [page, links] = await desk({ role: 'judge', hasTouch: true, isMobile: true });
  await page.goto(links[9]);
  const button = page.locator('.sheet .field button').filter({ hasText: '7' }).first();
  const box = await button.boundingBox();
  assert.ok(box.height >= 48 && box.width >= 48, `${box.width} × ${box.height}`);
  await button.tap();
  await saved(page);
  assert.equal((await marksOf(page))[0], '7');
});
