// One upload by version 1.0 of the tus protocol; it outlives a dead line and a server that restarts.

const LEAST = 512 << 10;
const MOST = 8 << 20;
const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

/** The server's no, in its own words. */
export class Refused extends Error {}

/** One request. A line without progress for half a minute is dead; an end may take the server longer. */
const ask = (signal, method, url, headers, body, on) =>
  new Promise((done, fail) => {
    const line = new XMLHttpRequest();
    let clock;
    const patience = (seconds) => {
      clearTimeout(clock);
      clock = setTimeout(() => line.abort(), seconds * 1000);
    };
    const stop = () => line.abort();
    line.open(method, url);
    headers = { "Tus-Resumable": "1.0.0", Accept: "application/json", ...headers };
    for (const name in headers) line.setRequestHeader(name, headers[name]);
    line.upload.onprogress = (event) => {
      patience(30);
      on?.(event.loaded);
    };
    line.upload.onload = () => patience(180);
    line.onloadend = () => {
      clearTimeout(clock);
      signal.removeEventListener("abort", stop);
      const { status } = line;
      if (status >= 200 && status < 300) return done(line);
      let wrong = {};
      try {
        wrong = JSON.parse(line.responseText).errors[0];
      } catch {}
      const again = !status || (status >= 460 && status !== 507) || status === 408 || status === 429 || wrong.code === "upload-offset";
      if (status === 404 && method !== "POST") fail("gone");
      else fail(again ? "again" : new Refused(wrong.detail ?? status));
    };
    signal.addEventListener("abort", stop);
    patience(30);
    line.send(body);
  });

/** Waits, longer after each failure, but not beyond the moment at which the network or the person comes back. */
export const rest = (failed) =>
  new Promise((done) => {
    const awake = () => document.hidden || done();
    setTimeout(done, Math.min(30, 2 ** failed) * 1000 * (0.7 + Math.random() * 0.6));
    addEventListener("online", done, { once: true });
    document.addEventListener("visibilitychange", awake, { once: true });
  });

/**
 * Sends `job.file` to `job.to`, or goes on at `job.at`. Tells `on(sent, speed)`, `begun()`,
 * `waits()`. False when `job.signal` stopped it.
 */
export const send = async (job) => {
  const { file, signal } = job;
  let piece = LEAST;
  let failed = 0;
  while (!signal.aborted) {
    try {
      let at = 0;
      if (job.at) at = +(await ask(signal, "HEAD", job.at)).getResponseHeader("Upload-Offset");
      else {
        const told = `slot ${base64(job.slot)},filename ${base64(job.name)}`;
        const headers = { "Upload-Length": file.size, "Upload-Metadata": told };
        job.at = (await ask(signal, "POST", job.to, headers)).getResponseHeader("Location");
        await job.begun();
      }
      job.on(at);
      while (at < file.size) {
        // Into memory first: some browsers hang when they read a file while they send it.
        const bytes = await file.slice(at, at + piece).arrayBuffer();
        const headers = { "Upload-Offset": at, "Content-Type": "application/offset+octet-stream" };
        const since = performance.now();
        const from = at;
        const told = await ask(signal, "PATCH", job.at, headers, bytes, (sent) => job.on(from + sent));
        const speed = (bytes.byteLength * 1000) / Math.max(1, performance.now() - since);
        at = +told.getResponseHeader("Upload-Offset");
        piece = Math.min(MOST, 2 * piece, Math.max(LEAST, speed * 4));
        failed = 0;
        job.on(at, speed);
      }
      return true;
    } catch (error) {
      if (error === "gone") job.at = undefined;
      else if (error !== "again") throw error;
      if (signal.aborted) break;
      job.waits();
      await rest(failed++);
    }
  }
  return false;
};
