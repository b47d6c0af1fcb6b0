// Fills the demo once, then runs the test files given (all of them where none is given).
//   node run.js                       everything
//   node run.js looks.test.js         one file
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { fill } from './support/demo.js';

process.chdir(import.meta.dirname);
const given = process.argv.slice(2);
const all = readdirSync('.').filter((name) => name.endsWith('.test.js'));
// Two run at a time: the longest begin first, and looking at every page takes longest.
const length = (name) => (name.startsWith('looks') ? 1e9 : statSync(name).size);
all.sort((one, other) => length(other) - length(one));
const files = given.length > 0 ? given : all;
const seed = await fill();
const ran = spawnSync(process.execPath, ['--test', '--test-concurrency=2', '--test-reporter=spec', ...files], {
  stdio: 'inherit',
  env: { ...process.env, HOITHI_SEED: seed },
});
rmSync(seed, { recursive: true, force: true });
process.exit(ran.status ?? 1);
