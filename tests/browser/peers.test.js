// Senders that others wrote, in their own surroundings, over a line that breaks: what is sent twice
// is little, and what arrives is what was sent.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { draft } from './support/draft.js';
import { originals } from './support/originals.js';
import { picture, wire } from './support/picture.js';
import { Line } from './support/proxy.js';
import { open } from './support/site.js';

/** Bytes put on the line for each byte of the file. */
const MOST = 1.1;
/** Bytes a second: fast enough for a test, slow enough to be in its middle for a while. */
const SPEED = 2_500_000;

const site = await open();
const draws = await site.visit('/');
const folder = mkdtempSync(join(tmpdir(), 'hoithi-peers-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const bundled = await build({ entryPoints: [here('support/peers.js')], bundle: true, write: false, format: 'esm' });
const pages = {
  '/peers.html': ['text/html', '<!doctype html><meta charset=utf-8><input type=file><script type=module src=/peers.js></script>'],
  '/peers.js': ['text/javascript', bundled.outputFiles[0].text],
};

/** A photo on the disk, as a picker hands it over; no two are alike. */
let width = 3000;
async function photo() {
  const bytes = await picture(draws, width++, 2000);
  const path = join(folder, `${width}.jpg`);
  writeFileSync(path, bytes);
  return { path, bytes };
}

/** Somebody with a draft, behind a line of their own; `piece`: the most bytes of a request, else the whole file. */
async function sender(which, piece) {
  const line = await Line.to(site.base, pages);
  const context = await site.context();
  const [code, cookie] = await draft(site, context, line.base);
  const endpoint = `${line.base}/drafts/${code}/uploads`;
  const file = await photo();
  /** A page whose network can be turned off. */
  const fresh = async () => {
    const page = await context.newPage();
    const wired = await wire(page);
    await wired({ upload: SPEED });
    return [page, wired];
  };
  /** Opens the page, chooses the file and begins, or goes on. */
  const begin = async (page) => {
    await page.goto(`${line.base}/peers.html`);
    await page.setInputFiles('input', file.path);
    await page.evaluate(([which, endpoint, piece]) => begin(which, endpoint, piece), [which, endpoint, piece]);
  };
  const half = (page) => page.waitForFunction((half) => told.sent > half, file.bytes.length / 2);
  const arrived = async (page) => {
    await page.waitForFunction(() => told.ended, null, { timeout: 60_000 });
    assert.equal(await page.evaluate(() => told.ended), 'done');
    whole(line, file);
  };
  return { line, file, fresh, begin, half, arrived, cookie, endpoint };
}

function whole(line, { bytes }) {
  assert.equal(originals(site, bytes), 1);
  const share = line.sent / bytes.length;
  assert.ok(share >= 1 && share <= MOST, `${share.toFixed(3)} bytes on the line for each byte`);
}

for (const which of ['tus-js-client', '@uppy/tus']) {
  test(`${which} goes on where the network went away`, { timeout: 120_000 }, async () => {
    // In pieces: what is on its way when the network goes ends by itself, and the next one fails.
    const { fresh, begin, half, arrived } = await sender(which, 512 << 10);
    const [page, wired] = await fresh();
    await begin(page);
    await half(page);
    await wired({ offline: true });
    await page.waitForFunction(() => told.failed > 0);
    await wired({ upload: SPEED });
    await arrived(page);
  });

  test(`${which} goes on after a reload`, { timeout: 120_000 }, async () => {
    const { fresh, begin, half, arrived } = await sender(which);
    const [page] = await fresh();
    await begin(page);
    await half(page);
    await begin(page);
    await arrived(page);
  });

  test(`${which} goes on in another page when the first was killed`, { timeout: 120_000 }, async () => {
    const { fresh, begin, half, arrived } = await sender(which);
    const [page] = await fresh();
    await begin(page);
    await half(page);
    const died = page.waitForEvent('crash');
    const session = await page.context().newCDPSession(page);
    session.send('Page.crash').catch(() => {});
    await died;
    const [other] = await fresh();
    await begin(other);
    await arrived(other);
  });

  test(`${which} arrives although three answers of ten are lost`, { timeout: 120_000 }, async () => {
    const { line, fresh, begin, arrived } = await sender(which, 512 << 10);
    line.loses = 0.3;
    const [page] = await fresh();
    await begin(page);
    await arrived(page);
    assert.ok(line.cut > 2, `${line.cut} answers were lost`);
  });
}

const python = here('../../target/peers/tuspy/bin/python');
const without = !existsSync(python) && !!process.env.HOITHI_TEST_WITHOUT_PEERS && 'no tuspy in target/peers';

test('tuspy arrives with a hash of each piece, taken up in the middle, three answers of ten lost', { skip: without, timeout: 120_000 }, async () => {
  assert.ok(existsSync(python), 'no tuspy in target/peers, where scripts/test puts it; HOITHI_TEST_WITHOUT_PEERS=1 leaves this out');
  const { line, file, cookie, endpoint } = await sender();
  line.loses = 0.3;
  await promisify(execFile)(python, [here('support/send.py'), endpoint, cookie, line.base, file.path]);
  whole(line, file);
  assert.ok(line.cut > 2, `${line.cut} answers were lost`);
});
