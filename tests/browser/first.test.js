// The page that the crowd comes to: what a phone asks for before it can be touched. How long that takes
// is `scripts/bench paint`'s to say, on a machine that does nothing else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { first, work } from './support/first.js';
import { open } from './support/site.js';

const site = await open();

test('the vote page comes in four requests and 12 KB beside its picture, and nothing else is waited for', async () => {
  const { paths, bytes, held } = await first(site, await work(site));
  assert.ok(paths.length <= 4, paths.join(' '));
  assert.ok(bytes <= 12_000, `${bytes} bytes`);
  assert.deepEqual(held, []);
});

test('counts go on although what asks for them comes later', async () => {
  const page = await site.visit(await work(site));
  const asks = await page.waitForRequest(/\/static\/js\/live\.\w+\.js$/);
  assert.equal((await asks.response()).status(), 200);
  assert.match(await page.locator('[data-count]').innerText(), /\d/);
});
