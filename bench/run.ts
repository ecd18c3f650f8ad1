/**
 * `npm run bench`: what a request costs, as a ratio to a bare node:http server in the same run.
 * ROUNDS, SECONDS and APPS in the environment change its size; docs/performance.md has the results.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fill, lastPage } from './data.ts';
import { type Load, type Measurement, measure, type Subject, startSubject } from './harness.ts';
import { mebibytes, tableOf } from './report.ts';
import { measureStartUps } from './start-up.ts';

const ROUNDS = Number(process.env.ROUNDS ?? 5);
const SECONDS = Number(process.env.SECONDS ?? 3);
const APPS = Number(process.env.APPS ?? 200_000);
const CONNECTIONS = 32;

const folder = await mkdtemp(join(tmpdir(), 'connect-apps-bench-'));
const environment = {
  DATABASE_URL: `sqlite:${join(folder, 'bench.db')}`,
  SECRET_KEY: 'a secret key that only the benchmark knows',
  RATE_LIMIT_PER_SECOND: '0',
};

try {
  const { accountSid, authToken, appSid } = await fill(environment, APPS);
  const basic = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
  const headers = { authorization: `Basic ${basic}` };
  const list = `/2010-04-01/Accounts/${accountSid}/ConnectApps.json`;
  const app = `/2010-04-01/Accounts/${accountSid}/ConnectApps/${appSid}.json`;

  const first = { path: app, headers };
  const subject = await startSubject('connect-apps', environment, first);
  const idle = await subject.usage();
  const answer = await fetch(`http://127.0.0.1:${subject.port}${app}`, { headers });
  const floor = await startSubject('floor', { BODY: await answer.text() }, first);
  const plain = await startSubject('plain-fastify', environment, first);
  const last = await lastPage(subject.port, list, headers);

  const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
  const load = (path: string, more: Partial<Load> = {}): Load => ({
    path,
    headers,
    seconds: SECONDS,
    connections: CONNECTIONS,
    ...more,
  });
  const alone = { connections: 1 };
  const entries: [string, Subject, Load][] = [
    ['floor', floor, load(app)],
    ['plain Fastify and Kysely, GET one app', plain, load(app)],
    ['GET one app', subject, load(app)],
    ['list of 50, first page', subject, load(`${list}?PageSize=50`)],
    ['list of 50, last page', subject, load(last)],
    ['list of 1,000', subject, load(`${list}?PageSize=1000`, { connections: 4 })],
    [
      'POST, durable commit',
      subject,
      load(app, { method: 'POST', headers: form, body: 'Description=new' }),
    ],
    ['floor, one client', floor, load(app, alone)],
    ['plain Fastify and Kysely, one client', plain, load(app, alone)],
    ['GET one app, one client', subject, load(app, alone)],
  ];
  const rounds = new Map<string, Measurement[]>();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, server, one] of entries) {
      rounds.set(name, [...(rounds.get(name) ?? []), await measure(server, one)]);
    }
  }
  const loaded = await subject.usage();
  await Promise.all([subject, floor, plain].map((one) => one.stop()));

  const startUps = await measureStartUps(ROUNDS);
  process.stdout.write(
    `${tableOf(rounds)}\n` +
      `${APPS} apps, ${ROUNDS} rounds of ${SECONDS} s, ${CONNECTIONS} connections, medians.\n` +
      `Memory idle ${mebibytes(idle.rssBytes)}, after load ${mebibytes(loaded.rssBytes)}.\n` +
      `\`connect-apps dev\`, built, to its first answer: ${startUps.map((ms) => ms.toFixed(0)).join(', ')} ms.\n`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
