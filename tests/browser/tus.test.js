// Another program that speaks tus, written by others: tus-js-client.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tus from 'tus-js-client';
import { draft } from './support/draft.js';
import { originals } from './support/originals.js';
import { picture } from './support/picture.js';
import { open } from './support/site.js';

const site = await open();
const page = await site.visit('/');
const photo = await picture(page, 2400, 1600);

/** Sends `bytes` into a new draft; `options` are given the upload, once there is one. */
async function send(bytes, options) {
  const [code, cookie] = await draft(site, await site.context());
  return new Promise((done, fail) => {
    const upload = new tus.Upload(bytes, {
      endpoint: `${site.base}/drafts/${code}/uploads`,
      headers: { cookie, origin: site.base },
      metadata: { filename: 'ảnh.jpg', slot: 'poster' },
      chunkSize: 256 << 10,
      retryDelays: [100, 200, 400, 800, 1600, 3200, 3200, 3200, 3200],
      onError: fail,
      onSuccess: () => done(code),
      ...options(() => upload),
    });
    upload.start();
  });
}

test('a photo arrives in pieces', async () => {
  await send(photo, () => ({}));
  assert.equal(originals(site, photo), 1);
});

test('the bytes may come with the request that announces them', async () => {
  const other = await picture(page, 1700, 1000);
  await send(other, () => ({ uploadDataDuringCreation: true }));
  assert.equal(originals(site, other), 1);
});

test('a server that is killed in the middle loses no byte', { timeout: 60_000 }, async () => {
  const other = await picture(page, 2400, 1601);
  let killed;
  await send(other, () => ({
    onChunkComplete: (_, sent) => {
      if (killed || sent < other.length / 2) return;
      killed = site.kill().then(site.again);
    },
  }));
  await killed;
  assert.ok(killed);
  assert.equal(originals(site, other), 1);
});

test('what was begun and broken off is ended by its sender', async () => {
  const other = await picture(page, 2000, 1000);
  await new Promise((done, fail) => {
    send(other, (upload) => ({
      onChunkComplete: () => upload().abort(true).then(done, fail),
    })).catch(fail);
  });
  assert.equal(originals(site, other), 0);
});
