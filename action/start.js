/** The step itself: starts a test server that outlives it, and exports the environment of its first world. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const folder = process.env.RUNNER_TEMP ?? '';
const log = join(folder, `connect-apps-${process.pid}.log`);
const server = join(folder, `connect-apps-${process.pid}.json`);

const given = input('command')?.split(/\s+/) ?? [
  'npx',
  '--yes',
  `connect-apps@${input('version') ?? version}`,
];
const [file = '', ...words] = [
  ...given,
  ...['test-server', '--json', '--keep', '--log', 'refused'],
  ...['seed', 'fixture'].flatMap((name) => {
    const value = input(name);
    return value === undefined ? [] : [`--${name}`, value];
  }),
];

// Of a session of its own, so that it goes on when this step has ended.
const child = spawn(file, words, {
  detached: true,
  stdio: ['ignore', 'pipe', openSync(log, 'a')],
});
const { stdout } = child;
if (stdout === null) throw new Error('It was started with a pipe.');
const ready = await Promise.race([
  once(stdout, 'data').then(([line]) => String(line)),
  once(child, 'close').then(() => undefined),
]).catch((error) => {
  writeFileSync(log, `${error.message}\n`, { flag: 'a' });
});

if (ready === undefined) {
  const why = readFileSync(log, 'utf8').trim().replaceAll('%', '%25').replaceAll('\n', '%0A');
  process.stdout.write(`::error::The test server did not start. ${why}\n`);
  process.exitCode = 1;
} else {
  const { url, control, key, pid, world } = JSON.parse(ready);
  writeFileSync(server, ready, { mode: 0o600 });
  append('GITHUB_STATE', { pid, log });
  append('GITHUB_OUTPUT', { url, control, key, server });
  append('GITHUB_ENV', world.env);
  process.stdout.write(`connect-apps listens on ${url}\n`);
  stdout.destroy();
  child.unref();
}

/**
 * An input of the action; undefined when it was not given.
 * @param {string} name
 */
function input(name) {
  return process.env[`INPUT_${name.toUpperCase()}`]?.trim() || undefined;
}

/**
 * Adds lines to one of the files that the runner reads.
 * @param {string} name
 * @param {Readonly<Record<string, string | number>>} values None has a line break.
 */
function append(name, values) {
  const lines = Object.entries(values).map(([key, value]) => `${key}=${value}\n`);
  appendFileSync(process.env[name] ?? '', lines.join(''));
}
