// The page on which other people's senders run: `begin(which, endpoint, piece)` sends what was
// chosen, or goes on with it; `piece` is the most bytes of a request.
import Uppy from '@uppy/core';
import Tus from '@uppy/tus';
import * as tus from 'tus-js-client';

const retryDelays = Array.from({ length: 40 }, () => 250);
const told = (window.told = { sent: 0, failed: 0, ended: '' });
const failed = () => (told.failed += 1);
const ended = (how) => (told.ended = String(how));

const senders = {
  async 'tus-js-client'(file, endpoint, chunkSize) {
    const upload = new tus.Upload(file, {
      endpoint,
      retryDelays,
      chunkSize,
      metadata: { filename: file.name, slot: 'poster' },
      onShouldRetry: failed,
      onProgress: (sent) => (told.sent = sent),
      onSuccess: () => ended('done'),
      onError: ended,
    });
    const [before] = await upload.findPreviousUploads();
    if (before) upload.resumeFromPreviousUpload(before);
    upload.start();
  },
  '@uppy/tus'(file, endpoint, chunkSize) {
    const onShouldRetry = (error, times, options, usual) => failed() && usual(error);
    const uppy = new Uppy({ autoProceed: true }).use(Tus, { endpoint, retryDelays, chunkSize, onShouldRetry });
    uppy.on('upload-progress', (_, { bytesUploaded }) => (told.sent = bytesUploaded));
    uppy.on('complete', (all) => ended(all.failed[0]?.error ?? 'done'));
    uppy.addFile({ name: file.name, type: file.type, data: file, meta: { slot: 'poster' } });
  },
};

window.begin = (which, endpoint, piece = Infinity) =>
  senders[which](document.querySelector('input').files[0], endpoint, piece);
