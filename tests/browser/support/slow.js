// A line on which a page comes in pieces, as it does on a phone far from its mast: what the
// browser has painted of the first piece must not move when the next one comes.
import { createServer, request } from 'node:http';

const pieces = 6;

/** Milliseconds between two pieces: time to paint what has come. */
const pause = 150;

/** Listens before the site at `base`: the address to come to, and how to end it. */
export async function slowLine(base) {
  const server = createServer((asked, answer) => {
    const passed = request(new URL(asked.url, base), { method: asked.method, headers: asked.headers }, (got) => {
      answer.writeHead(got.statusCode, got.headers);
      if (got.headers['content-type']?.startsWith('text/html')) sendInPieces(got, answer);
      else got.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    asked.pipe(passed);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { base: `http://127.0.0.1:${server.address().port}`, stop };
}

async function sendInPieces(got, answer) {
  const body = Buffer.concat(await got.toArray());
  const length = Math.ceil(body.length / pieces);
  for (let at = 0; at < body.length; at += length) {
    if (at > 0) await new Promise((done) => setTimeout(done, pause));
    answer.write(body.subarray(at, at + length));
  }
  answer.end();
}
