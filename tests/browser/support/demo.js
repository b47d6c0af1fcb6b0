// `hoithi demo` as a child process, on a free port, with a folder of its own.
//
// Filling the demo takes a while, so `run.js` fills one folder once (HOITHI_SEED) and every test
// file copies it. A test file that is run alone fills its own.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const binary = process.env.HOITHI_BINARY ?? join(root, 'target/debug/hoithi');

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** Starts the demo in `folder` and collects what it prints; `until` ends the waiting. */
function start(folder, listen, more, until) {
  const child = spawn(binary, ['demo', '--folder', folder, '--listen', listen, ...more], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const ready = new Promise((done, failed) => {
    const hear = (piece) => {
      said += piece;
      if (until(said)) done(said);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('error', failed);
    child.on('exit', (code) => (code === 0 ? done(said) : failed(new Error(`the demo ended with ${code}:\n${said}`))));
  });
  return { child, ready };
}

/** Fills a new folder with the demo and says where it is. */
export async function fill() {
  const folder = mkdtempSync(join(tmpdir(), 'hoithi-browser-'));
  await start(folder, '127.0.0.1:1', ['--only-fill'], () => false).ready;
  return folder;
}

/**
 * A running demo: `base` address, `password`, `roles` (English name of the role to e-mail address)
 * and `pages` (public pages that it prints, by their English name). `kill` ends it as a power cut
 * does, `again` starts it at the same address over the same folder.
 */
export async function demo() {
  const folder = mkdtempSync(join(tmpdir(), 'hoithi-browser-'));
  if (process.env.HOITHI_SEED) cpSync(process.env.HOITHI_SEED, folder, { recursive: true });
  const listen = `127.0.0.1:${await freePort()}`;
  const begin = () => start(folder, listen, [], (said) => /Ctrl-C/.test(said));
  let running = begin();
  const said = await running.ready;
  const base = `http://${listen}`;
  const lines = said.split('\n');
  const pages = {};
  const roles = {};
  for (const line of lines) {
    const [, role, email] = line.match(/\/ ([a-z ]+?)\s+(\S+@\S+)/) ?? [];
    if (role) roles[role] = email;
    const [, name, path] = line.match(/\/ ([a-z ]+?)\s+http:\/\/[^/]+(\/\S*)$/) ?? [];
    if (name) pages[name] = path;
  }
  const [, password] = said.match(/password: (\S+)/) ?? [];
  await answers(base);
  const end = async (signal) => {
    const ended = new Promise((done) => running.child.once('exit', done));
    running.child.kill(signal);
    await ended;
  };
  const stop = async () => {
    await end('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  };
  const kill = () => end('SIGKILL');
  const again = async () => {
    running = begin();
    await running.ready;
    await answers(base);
  };
  return { base, folder, password, pages, roles, stop, kill, again };
}

/** Returns when the server says that it is ready; it listens a moment after it has printed. */
async function answers(base) {
  for (;;) {
    const answer = await fetch(`${base}/health/ready`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((done) => setTimeout(done, 50));
  }
}
