// Rounds of every kind, one after the other, as a panel meets them: by keys, by forms alone, and to
// the eye. The demo's rounds are all of marks; here its posters go through the other kinds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainly } from './support/looks.js';
import { open, widths } from './support/site.js';

const site = await open();
const contest = '/desk/contests/tranh-co-dong';
const rounds = `${contest}/rounds`;
const laptop = { role: 'judge', viewport: widths.laptop };

/** So many days from now, as a contest's document writes a moment. */
const moment = (days) => new Date(Date.now() + days * 86_400_000).toLocaleString('sv-SE', { timeZone: 'Asia/Ho_Chi_Minh' }).slice(0, 16);

/** What becomes of the contest: its entries are in, and a panel meets them in five ways. */
const parts = {
  phases: `
- { key: intake, kind: intake, opens: "${moment(-3)}", closes: "${moment(0)}" }
- { key: jury, kind: round, opens: "${moment(0)}", closes: "${moment(9)}" }
- { key: announcement, kind: announcement, opens: "${moment(10)}", closes: "${moment(11)}" }`,
  rounds: `
- { key: sieve, title: Sơ loại, phase: jury, kind: screen, judges_per_entry: 1 }
- { key: strike, title: Phủ quyết, phase: jury, kind: veto, blind: false }
- { key: list, title: Xếp thứ tự, phase: jury, kind: rank, aggregate: borda }
- { key: pairs, title: So sánh, phase: jury, kind: pairwise, comparisons: 3 }
- { key: council, title: Hội đồng, phase: jury, kind: deliberate, goes_on: 1 }`,
  tables: `
- { key: jury, title: Bảng, gate: { went_on_from: council }, formula: [{ source: { round: list } }], ties: [decision] }`,
  prizes: `
- { key: first, label: Giải nhất, table: jury, count: 1 }`,
};

const { page: runs, isSound: isSoundToRun, send: run } = await plainly(site, { role: 'organiser' });
const { page: sits, isSound, send } = await plainly(site, { role: 'judge' });

/** Finds all posters valid, and writes the five rounds into the document. */
async function prepare() {
  const { page, send } = await plainly(site, { role: 'screener' });
  await page.goto(`${contest}/screening`);
  for (const box of await page.locator('[name=code]').all()) await box.check();
  await send(page.locator('button[value=accept]'));
  await runs.goto(`${contest}/edit`);
  let text = await runs.locator('#text').inputValue();
  for (const [key, part] of Object.entries(parts)) text = text.replace(new RegExp(`^${key}:\n(?:[ -].*\n)+`, 'm'), `${key}:${part}\n`);
  await runs.locator('#text').fill(text);
  await runs.locator('#reason').fill('Bài đã về đủ');
  await runs.locator('#notice').fill('Chấm sớm, qua năm vòng');
  await run(runs.locator('main form button.primary'));
  assert.equal(new URL(runs.url()).pathname, `${contest}/check`, (await runs.locator('[role=alert]').allInnerTexts()).join());
}

/** Seats the judge as chair beside `others`, opens the round, and says where its room is. */
async function opened(key, ...others) {
  await runs.goto(`${rounds}/${key}`);
  for (const email of [site.roles.judge, ...others]) {
    await runs.locator('#name').fill(email.split('@')[0]);
    await runs.locator('#email').fill(email);
    await runs.locator('[name=chair]').setChecked(email === site.roles.judge);
    await run(runs.locator('form[action$="/seats"] button'));
  }
  await runs.locator('form:has(button[value=open]) [name=sure]').check();
  await run(runs.locator('button[value=open]'));
  await sits.goto('/desk');
  return sits.locator('main a[href^="/judging/"]').first().getAttribute('href');
}

/** Closes the round; says which titles stand in its results. */
async function closed(key) {
  await runs.goto(`${rounds}/${key}`);
  await runs.locator('form:has(button[value=close]) [name=sure]').check();
  await run(runs.locator('button[value=close]'));
  const rows = await runs.locator('main section:last-of-type tbody tr').all();
  return Promise.all(rows.map(async (row) => (await row.locator('td').allInnerTexts()).at(-1) === 'Có'));
}

/** Where the judge's room of this round is. */
let room;

const count = (all) => all.filter(Boolean).length;
const works = (page) => page.locator('ul.cards a').evaluateAll((all) => all.map((link) => link.getAttribute('href')));

await prepare();

test('what somebody has not begun is passed on from a page that is sound', async () => {
  room = await opened('sieve', 'giamkhao2@hoithi.example');
  await runs.goto(`${rounds}/sieve`);
  await isSoundToRun('the round');
  await run(runs.locator('a[href$="/passing"]').nth(1));
  assert.equal(await runs.locator('tbody td').last().innerText(), '+6');
  await isSoundToRun('what would be passed on');
  await run(runs.locator('main form button.primary'));
  await sits.goto(room);
  assert.equal((await works(sits)).length, 12);
});

test('yes and no are said by keys, the next entry comes by itself, and all done is said when it is', async () => {
  await sits.goto(room);
  const links = await works(sits);
  await sits.goto(links[0]);
  assert.equal(await sits.locator('a[href*="/originals/"]').count(), 0, 'the round is blind');
  await isSound('a question of yes or no');
  const page = await site.visit(links[0], laptop);
  for (const [at, key] of [...'1p1x0x0x0x0x'].entries()) {
    await page.keyboard.press(key);
    await page.waitForURL(`**${links[at + 1] ?? room}`);
  }
  await page.locator('form[action$="/completion"] button').click();
  await page.locator('.notice.ok').waitFor();
  await page.context().close();
  const went = await closed('sieve');
  assert.deepEqual([went.length, count(went)], [12, 3]);
});

test('a veto waits for its reason, and a file can be had as it came where nothing is hidden', async () => {
  room = await opened('strike');
  await sits.goto(room);
  const links = await works(sits);
  await sits.goto(links[0]);
  await isSound('a veto');
  const page = await site.visit(links[0], laptop);
  const downloaded = page.waitForEvent('download');
  await page.locator('a[href*="/originals/"]').click();
  assert.match((await downloaded).suggestedFilename(), /\.jpe?g$/);
  for (const at of links.keys()) {
    await page.keyboard.press('0');
    await page.waitForURL(`**${links[at + 1] ?? room}`);
  }
  await page.locator('form[action$="/completion"] button').waitFor();
  await page.goto(links[0]);
  await page.keyboard.press('1');
  await page.locator('[data-said]').filter({ hasText: 'Hãy ghi lý do phủ quyết' }).waitFor();
  await page.keyboard.type('Đã đăng ở báo khác');
  const kept = page.waitForResponse((answer) => answer.request().method() === 'PUT' && answer.ok());
  await page.locator('.sheet button.primary').click();
  await page.waitForURL(`**${links[1]}`);
  await kept;
  await page.goto(room);
  await page.locator('form[action$="/completion"] button').click();
  await page.locator('.notice.ok').waitFor();
  await page.context().close();
  assert.equal(count(await closed('strike')), 2);
});

test('a list is made by a form, and an entry twice is said', async () => {
  await sits.goto(await opened('list'));
  await isSound('a list');
  const places = sits.locator('[name^="place."]');
  for (const place of await places.all()) await place.fill('1');
  await send(sits.locator('main form button.primary'));
  assert.equal(await sits.locator('[role=alert]').count(), 1);
  assert.equal(await places.first().inputValue(), '1', 'what was typed stays');
  await isSound('a list with a fault');
  await places.last().fill('2');
  await send(sits.locator('main form button.primary'));
  await send(sits.locator('form[action$="/completion"] button'));
  await isSound('a list that is final');
  assert.equal(count(await closed('list')), 2);
});

test('of two the better one is named until no pair is left', async () => {
  await sits.goto(await opened('pairs'));
  await isSound('two to compare');
  await send(sits.locator('button[name=better]').first());
  await isSound('no pair is left');
  await send(sits.locator('form[action$="/completion"] button'));
  assert.equal(count(await closed('pairs')), 2);
});

test('the chair records what the panel decided, with its reason', async () => {
  room = await opened('council');
  await sits.goto(room);
  await isSound('the room of a deliberation');
  await sits.goto(`${room}/chair`);
  await isSound('the chair, before it is decided');
  await sits.locator('[name=decided]').first().check();
  await sits.locator('form[action$="/decision"] [name=sure]').check();
  await send(sits.locator('form[action$="/decision"] button.primary'));
  assert.equal(await sits.locator('[role=alert]').count(), 1, 'a reason is asked for');
  await isSound('the chair, without a reason');
  await sits.locator('[name=decided]').first().check();
  await sits.locator('#reason').fill('Hội đồng biểu quyết 3/3');
  await sits.locator('form[action$="/decision"] [name=sure]').check();
  await send(sits.locator('form[action$="/decision"] button.primary'));
  assert.equal(await sits.locator('form[action$="/decision"]').count(), 0);
  await isSound('the chair, after it is decided');
  for (const path of [rounds, `${rounds}/council`, `${rounds}/pairs/figures`, `${contest}/minutes`, `${contest}/results`]) {
    await runs.goto(path);
    await isSoundToRun(path);
  }
  assert.match(await (await runs.goto(`${contest}/minutes`)).text(), /Hội đồng biểu quyết 3\/3/);
});
