// Our own sender over lines that break: what is sent twice is little, and what arrives is what was chosen.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { originals } from './support/originals.js';
import { file, picture, wire } from './support/picture.js';
import { Line } from './support/proxy.js';
import { open } from './support/site.js';

/** Bytes put on the line for each byte of the file. */
const MOST = 1.1;
const going = /[\d,]+ \/ [\d,]+ MB \([1-9]\d?%\)/;

const site = await open();
const draws = await site.visit('/');

/** Somebody behind a line of their own, and a page whose network is slow. */
async function sender() {
  const line = await Line.to(site.base);
  const context = await site.context();
  const fresh = async (path, upload) => {
    const page = await context.newPage();
    await (await wire(page))({ upload });
    await page.goto(line.base + path);
    return page;
  };
  return { line, fresh };
}

const figures = (page) => page.locator('.sending [data-figures]');

async function arrived(page, line, bytes) {
  await page.locator('.piece [name=remove]').waitFor({ timeout: 90_000 });
  assert.equal(originals(site, bytes), 1);
  const share = line.sent / bytes.length;
  assert.ok(share >= 1 && share <= MOST, `${share.toFixed(3)} bytes on the line for each byte`);
}

test('a photo goes on after a reload and in another page when the first was killed', { timeout: 120_000 }, async () => {
  const { line, fresh } = await sender();
  const photo = await picture(draws, 3200, 2401);
  const page = await fresh(site.pages.enter, 1_000_000);
  await page.setInputFiles('input[type=file]', file(photo));
  await figures(page).filter({ hasText: going }).waitFor();
  await page.reload();
  await figures(page).filter({ hasText: going }).waitFor();

  const died = page.waitForEvent('crash');
  const session = await page.context().newCDPSession(page);
  session.send('Page.crash').catch(() => {});
  await died;
  const other = await fresh(new URL(page.url()).pathname, 4_000_000);
  await arrived(other, line, photo);
});

test('a photo arrives although three answers of ten are lost', { timeout: 120_000 }, async () => {
  const { line, fresh } = await sender();
  const photo = await picture(draws, 3200, 2402);
  const page = await fresh(site.pages.enter, 2_000_000);
  line.loses = 0.3;
  await page.setInputFiles('input[type=file]', file(photo));
  await arrived(page, line, photo);
  assert.ok(line.cut > 1, `${line.cut} answers were lost`);
});

/** A film too large to be copied: a short one, and a box that players pass over. */
function film(name) {
  const path = join(site.folder, name);
  const source = ['-f', 'lavfi', '-i', 'testsrc2=s=1280x720:d=3'];
  const kind = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-movflags', '+faststart', '-f', 'mp4'];
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...source, ...kind, path]);
  const box = Buffer.alloc(66_000_000);
  box.writeUInt32BE(box.length);
  box.write('free', 4);
  writeFileSync(path, box, { flag: 'a' });
  return path;
}

/** Lets the open contest take films too. */
function takesFilms() {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const hoithi = (...told) =>
    execFileSync(process.env.HOITHI_BINARY ?? join(root, 'target/debug/hoithi'), told, {
      env: { ...process.env, HOITHI__DATA__FOLDER: site.folder },
      encoding: 'utf8',
    });
  const slug = site.pages.enter.split('/')[2];
  const written = hoithi('contest', 'export', slug);
  const slot = '{ key: film, kind: video, label: { vi: Phim, en: Film }, count: { min: 0, max: 2 } }';
  const changed = written.replace(/^( *)slots:\n/m, (line, space) => `${line}${space}- ${slot}\n`);
  const path = join(site.folder, 'contest.yaml');
  writeFileSync(path, changed);
  hoithi('contest', 'apply', path, '--reason', 'Nhận thêm phim', '--notice', 'Nhận thêm phim');
}

test('a film is asked for again after a reload, known by its bytes, and goes on where it was', { timeout: 180_000 }, async () => {
  takesFilms();
  const right = film('phim.mp4');
  const { line, fresh } = await sender();
  const page = await fresh(site.pages.enter, 12_000_000);
  const input = page.locator('#slot-film input[type=file]');
  await input.setInputFiles(right);
  await figures(page).filter({ hasText: going }).waitFor();
  await page.reload();
  await figures(page).filter({ hasText: 'Hãy chọn lại đúng tệp này' }).waitFor();

  await input.setInputFiles({ name: 'khac.txt', mimeType: 'text/plain', buffer: Buffer.from('khác') });
  await page.locator('.sending [data-wrong]').filter({ hasText: 'Tệp vừa chọn' }).first().waitFor();
  await page.locator('.sending').filter({ hasText: 'khac.txt' }).locator('[data-do=cancel]').click();
  await input.setInputFiles(right);
  await page.locator('#slot-film .piece [name=remove]').waitFor({ timeout: 120_000 });
  assert.equal(await page.locator('.sending').count(), 0);
  assert.ok(line.sent / 66_500_000 <= MOST, `${line.sent} bytes on the line`);
  await page.locator('#slot-film .piece').filter({ hasText: 'chuyển đổi' }).waitFor({ timeout: 20_000 });
  await page.locator('#slot-film .piece img').waitFor({ timeout: 90_000 });
});

test('what could not be sent is sent again, one and all', { timeout: 60_000 }, async () => {
  const page = await site.visit(site.pages.enter);
  const input = page.locator('#slot-film input[type=file]');
  let fails = 3;
  await page.route('**/uploads', (route) => {
    if (route.request().method() !== 'POST' || fails-- <= 0) return route.continue();
    return route.fulfill({ status: 422, contentType: 'application/problem+json', body: '{"errors":[{"detail":"Hôm nay không nhận."}]}' });
  });
  const small = (name) => ({ name, mimeType: 'video/mp4', buffer: Buffer.from([0, name.length, 1, 2]) });
  await input.setInputFiles([small('mot.mp4'), small('hai.mp4')]);
  const failed = page.locator('.sending[data-state=failed]');
  await failed.nth(1).waitFor();
  assert.deepEqual(await page.locator('.sending [data-wrong]').allTextContents(), ['Hôm nay không nhận.', 'Hôm nay không nhận.']);

  const again = page.waitForResponse((answer) => answer.url().endsWith('/uploads'));
  await page.getByRole('button', { name: 'Thử lại mot.mp4' }).click();
  await again;
  await failed.nth(1).waitFor();
  const begun = [];
  page.on('request', (request) => request.method() === 'POST' && request.url().endsWith('/uploads') && begun.push(1));
  await page.getByRole('button', { name: 'Gửi lại tất cả' }).click();
  await page.locator('.sending [data-wrong]').filter({ hasText: 'Không nhận ra loại tệp' }).nth(1).waitFor();
  assert.equal(begun.length, 2);
});
