// Photographs for tests: noise, so that they are as large as real ones.

/** A JPEG of `width` × `height`, drawn in `page`'s browser. */
export async function picture(page, width, height) {
  const base64 = await page.evaluate(
    async ([width, height]) => {
      const canvas = Object.assign(document.createElement('canvas'), { width, height });
      const pen = canvas.getContext('2d');
      const pixels = pen.createImageData(width, height);
      const words = new Uint32Array(pixels.data.buffer);
      let state = width * 65536 + height;
      for (let at = 0; at < words.length; at++) words[at] = (state = Math.imul(state, 1664525) + 1013904223) | 0xff000000;
      pen.putImageData(pixels, 0, 0);
      const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.9));
      const bytes = new Uint8Array(await blob.arrayBuffer());
      let text = '';
      for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
      return btoa(text);
    },
    [width, height],
  );
  return Buffer.from(base64, 'base64');
}

/** As the file input takes it. */
export const file = (buffer, name = 'anh.jpg') => ({ name, mimeType: 'image/jpeg', buffer });

/** The page's line to the server: `line({ upload })` in bytes a second, `line({ offline: true })` for none. */
export async function wire(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  return ({ offline = false, upload = -1 }) =>
    session.send('Network.emulateNetworkConditions', { offline, latency: 20, downloadThroughput: -1, uploadThroughput: upload });
}
