// A line to the site that does what lines do: it counts, breaks, and loses answers.
import { createServer, request as ask } from 'node:http';
import { after } from 'node:test';

/** What of a site's addresses is an upload. */
const uploads = /^\/drafts\/\w+\/uploads/;

/**
 * Stands before the site at `base` until the file of tests ends. `base` of the line is its own
 * address; `pages` are answered by itself: from path to type and text. `sent` counts the bytes of
 * uploads that were put on the line, `cut` answers that were lost.
 */
export class Line {
  sent = 0;
  cut = 0;
  /** Share of the answers to uploads that are lost; the server has done what it was asked. */
  loses = 0;
  #dice = 20_260_430;

  static async to(base, pages = {}) {
    const line = new Line();
    const server = createServer((request, response) => {
      const own = pages[request.url];
      if (own) response.writeHead(200, { 'content-type': own[0] }).end(own[1]);
      else line.#pass(base, request, response);
    });
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    line.base = `http://127.0.0.1:${server.address().port}`;
    after(() => {
      server.close();
      server.closeAllConnections();
    });
    return line;
  }

  #pass(base, request, response) {
    const { method, headers, url } = request;
    const onward = ask(base + url, { method, headers });
    const part = method === 'PATCH' && uploads.test(url);
    request.on('data', (piece) => {
      if (part) this.sent += piece.length;
    });
    request.pipe(onward);
    request.on('close', () => {
      if (!request.complete) onward.destroy();
    });
    onward.on('error', () => request.socket.destroy());
    onward.on('response', (answer) => {
      if (uploads.test(url) && this.#loses()) {
        this.cut += 1;
        answer.resume();
        request.socket.destroy();
        return;
      }
      response.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(response);
    });
  }

  /** The same throws each time. */
  #loses() {
    this.#dice = (Math.imul(this.#dice, 1664525) + 1013904223) >>> 0;
    return this.#dice / 2 ** 32 < this.loses;
  }
}
