/** What a test pays for a world: to begin, to go back, to let time pass, and for a whole life of an app. */

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { World } from '../../src/testing.ts';
import { rivalRows } from '../rival-test-servers.ts';
import type { Size } from '../size.ts';
import { figure, median, type Table } from '../table.ts';

const DIST = join(import.meta.dirname, '../../dist/testing.js');
const EXECUTABLE = join(import.meta.dirname, '../../bin/connect-apps.js');
const NOW = '2026-01-01T00:00:00Z';
const MANY = 100;
const CALLBACKS = 1000;
/** By default, V8 leaves more of what the starts threw away uncollected. */
const SMALL_NURSERY = '--max-semi-space-size=1';
const run = promisify(execFile);

/** The figures of worlds in a process and of `test-server`, beside other servers for tests. */
export async function measureTestkit(size: Size): Promise<Table[]> {
  const begun = performance.now();
  const { start }: typeof import('../../src/testing.ts') = await import(DIST);
  const world = await start({ seed: 1, now: NOW });
  const first = performance.now() - begun;
  const further = await repeat(size.rounds * 5, async () => {
    const one = await start();
    await fetch(`${one.url}/healthz`);
    return () => one.close();
  });
  const resets: Record<string, number[]> = {};
  for (const [name, apps] of [
    ['10 rows', 10],
    ['1,000 rows', 1000],
  ] as const) {
    resets[name] = await repeat(
      20,
      async () => {
        await world.reset();
      },
      () => addApps(world, apps),
    );
  }
  resets['10 rows, after 1,000 resets'] = await repeat(1000, () => world.reset());
  const rows: [string, string, string][] = [
    ['`import` and first `start()`', ms(first), '400 ms'],
    ['further `start()`, to the first answer', ms(median(further)), '25 ms'],
    ...Object.entries(resets).map(([name, times]): [string, string, string] => [
      `\`reset()\`, ${name}`,
      ms(median(times)),
      '5 ms',
    ]),
    ['`snapshot()`', ms(median(await repeat(20, () => world.snapshot('x')))), '5 ms'],
    ['`reset()` to a snapshot', ms(median(await repeat(20, () => world.reset('x')))), '5 ms'],
    [`\`advance('3d')\` with ${CALLBACKS} callbacks due`, ms(await advanceMany(world)), '1,000 ms'],
    [
      'a whole life of an app, with a day of retries',
      ms(median(await repeat(20, () => live(world)))),
      '100 ms',
    ],
    ['memory of a world, of 100', `${figure(await memoryOfWorld([SMALL_NURSERY]))} MiB`, '2 MiB'],
    ['the same, with garbage', `${figure(await memoryOfWorld([]))} MiB`, ''],
    [
      '`test-server`, built, to its ready line',
      ms(median(await readyTimes(size.rounds))),
      '500 ms',
    ],
    ['its starter killed, to its end', ms(await timeToEnd()), '1,000 ms'],
  ];
  await world.close();
  return [
    { title: 'Worlds', columns: ['what', 'figure', 'goal'], rows },
    {
      title: 'Servers for tests',
      columns: ['server', 'start, to the first answer', 'reset'],
      rows: [
        ['connect-apps, in process', ms(median(further)), ms(median(resets['10 rows'] ?? []))],
        ...(await rivalRows(size.folder)),
      ],
    },
  ];
}

function ms(time: number): string {
  return `${figure(time)} ms`;
}

/** The times that `work` takes; what it returns is called afterwards, untimed. */
async function repeat(
  times: number,
  work: () => Promise<unknown>,
  prepare: () => Promise<unknown> = nothing,
): Promise<number[]> {
  const all: number[] = [];
  for (let round = 0; round < times; round += 1) {
    await prepare();
    // What it leaves behind is its own cost.
    if (prepare !== nothing) collectGarbage();
    const begun = performance.now();
    const end = await work();
    all.push(performance.now() - begun);
    if (typeof end === 'function') await end();
  }
  return all;
}

async function nothing(): Promise<void> {}

/** What `node --expose-gc` gives, in a process that was started without it. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

async function addApps(world: World, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => world.createApp()));
}

async function advanceMany(world: World): Promise<number> {
  await world.reset();
  const { developer, connectApp } = world;
  // So that each is due once more, whenever its first attempt is made.
  world.inbox.answer(...Array.from({ length: CALLBACKS }, () => 500));
  for (let count = 0; count < CALLBACKS; count += 1) {
    const { accountSid } = await world.createAccount();
    const customer = world.customerOf(connectApp.sid, accountSid);
    await customer.allow();
    await customer.revoke();
  }
  const begun = performance.now();
  const { done } = await world.clock.advance('3d');
  const time = performance.now() - begun;
  if (done.length < CALLBACKS)
    throw new Error(`${done.length} callbacks of ${developer.accountSid}`);
  await world.reset();
  return time;
}

async function live(world: World): Promise<void> {
  const app = await world.createApp({ permissions: ['get-all'] });
  const { accountSid } = await world.customerOf(app.sid).allow();
  const credentials = btoa(`${accountSid}:${world.developer.authToken}`);
  const ask = () =>
    fetch(`${world.url}/2010-04-01/Accounts/${accountSid}.json`, {
      headers: { authorization: `Basic ${credentials}` },
    });
  await ask();
  world.inbox.answer(...Array.from({ length: 7 }, () => 500), 200);
  await world.customerOf(app.sid).revoke();
  await world.clock.advance('2d');
  const refused = await ask();
  if (refused.status !== 403 || world.inbox.all().length !== 8) throw new Error('It is not over.');
  await world.reset();
}

/** What a world takes in a process of its own: in this one, the memory of earlier worlds is free. */
async function memoryOfWorld(flags: readonly string[]): Promise<number> {
  const program = `
    import { start } from ${JSON.stringify(DIST)};
    const first = await start();
    await first.close();
    const before = process.memoryUsage().rss;
    const worlds = await Promise.all(Array.from({ length: ${MANY} }, () => start()));
    console.log(process.memoryUsage().rss - before);
    await Promise.all(worlds.map((world) => world.close()));`;
  const words = [...flags, '--input-type=module', '-e', program];
  const { stdout } = await run(process.execPath, words);
  return Number(stdout) / MANY / 2 ** 20;
}

async function readyTimes(times: number): Promise<number[]> {
  return repeat(times, async () => {
    const child = spawn(process.execPath, [EXECUTABLE, 'test-server', '--json'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    return async () => {
      child.stdin.end();
      await once(child, 'exit');
    };
  });
}

async function timeToEnd(): Promise<number> {
  const program = `
    const { spawn } = require('node:child_process');
    const child = spawn(process.execPath, ${JSON.stringify([EXECUTABLE, 'test-server', '--json'])}, {
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    setInterval(() => child.pid, 1000);`;
  const starter = spawn(process.execPath, ['-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(starter.stdout, 'data');
  const { url } = JSON.parse(String(line));
  const begun = performance.now();
  starter.kill('SIGKILL');
  while (
    await fetch(`${url}/_test/health`).then(
      () => true,
      () => false,
    )
  ) {
    // Until nobody answers.
  }
  return performance.now() - begun;
}
