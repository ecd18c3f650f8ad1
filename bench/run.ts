/**
 * `npm run bench`: what a request costs, as a ratio to a bare node:http server in the same run.
 * ROUNDS and SECONDS in the environment make it longer; docs/performance.md has the results.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAccount } from '../src/accounts/account.ts';
import { createContext } from '../src/app.ts';
import { createConfig } from '../src/config.ts';
import { insertConnectApp } from '../src/connect-apps/store.ts';
import { createSid } from '../src/sid.ts';
import { migrate } from '../src/storage/migrate.ts';
import { type Load, type Measurement, measure, medianOf, startSubject } from './harness.ts';
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
  const { accountSid, authToken, appSid } = await fill();
  const headers = {
    authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`,
  };
  const list = `/2010-04-01/Accounts/${accountSid}/ConnectApps.json`;
  const app = `/2010-04-01/Accounts/${accountSid}/ConnectApps/${appSid}.json`;

  const subject = await startSubject('connect-apps', environment, { path: app, headers });
  const idle = await subject.usage();
  const answer = await fetch(`http://127.0.0.1:${subject.port}${app}`, { headers });
  const floor = await startSubject('floor', { BODY: await answer.text() }, { path: '/', headers });
  const last = await lastPage(subject.port, list, headers);

  const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
  const load = (path: string, more: Partial<Load> = {}): Load => ({
    path,
    headers,
    seconds: SECONDS,
    connections: CONNECTIONS,
    ...more,
  });
  const loads: Record<string, Load> = {
    'GET one app': load(app),
    'GET one app, one client': load(app, { connections: 1 }),
    'list of 50, first page': load(`${list}?PageSize=50`),
    'list of 50, last page': load(last),
    'list of 1,000': load(`${list}?PageSize=1000`, { connections: 4 }),
    'POST, durable commit': load(app, { method: 'POST', headers: form, body: 'Description=new' }),
  };
  const rounds = new Map<string, Measurement[]>();
  const note = (name: string, one: Measurement) =>
    rounds.set(name, [...(rounds.get(name) ?? []), one]);
  for (let round = 0; round < ROUNDS; round += 1) {
    note('floor', await measure(floor, load('/')));
    note('floor, one client', await measure(floor, load('/', { connections: 1 })));
    for (const [name, one] of Object.entries(loads)) note(name, await measure(subject, one));
  }
  const loaded = await subject.usage();
  await Promise.all([subject.stop(), floor.stop()]);

  const base = medianOf(rounds.get('floor') ?? []);
  const row = (cells: readonly string[]) => process.stdout.write(`| ${cells.join(' | ')} |\n`);
  row([
    'what',
    'requests/s',
    'of the floor',
    'CPU µs a request',
    'CPU of the floor',
    'p50 ms',
    'p99 ms',
  ]);
  row(Array(7).fill('---'));
  for (const [name, all] of rounds) {
    const one = medianOf(all);
    row([
      name,
      one.requestsPerSecond.toFixed(0),
      (one.requestsPerSecond / base.requestsPerSecond).toFixed(2),
      one.cpuMicrosecondsPerRequest.toFixed(0),
      (one.cpuMicrosecondsPerRequest / base.cpuMicrosecondsPerRequest).toFixed(2),
      String(one.p50Ms),
      String(one.p99Ms),
    ]);
  }
  const startUps = await measureStartUps(ROUNDS);
  const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
  process.stdout.write(
    `\n${APPS} apps, ${ROUNDS} rounds of ${SECONDS} s, ${CONNECTIONS} connections, medians.\n` +
      `Start-up to the first answer ${subject.startMs.toFixed(0)} ms (floor ${floor.startMs.toFixed(0)} ms); ` +
      `memory idle ${mebibytes(idle.rssBytes)} MiB, after load ${mebibytes(loaded.rssBytes)} MiB.\n` +
      `\`connect-apps dev\`, built, to its first answer: ${startUps.map((ms) => ms.toFixed(0)).join(', ')} ms.\n`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function fill() {
  const config = createConfig(environment, 'production');
  const context = createContext(config, { secretKey: environment.SECRET_KEY });
  await migrate(context.database);
  const account = await createAccount(context, { friendlyName: 'Benchmark' });
  let appSid = '';
  for (let first = 0; first < APPS; first += 1000) {
    await context.database.transaction(async (transaction) => {
      for (let index = first; index < Math.min(first + 1000, APPS); index += 1) {
        appSid = createSid('CN');
        await insertConnectApp(transaction, {
          sid: appSid,
          accountSid: account.sid,
          friendlyName: `App ${index}`,
          description: null,
          companyName: 'Twilio',
          homepageUrl: 'http://example.com/home',
          authorizeRedirectUrl: 'http://example.com/redirect',
          deauthorizeCallbackUrl: 'http://example.com/deauth',
          deauthorizeCallbackMethod: 'GET',
          permissions: [],
          logoUrl: null,
          termsOfServiceUrl: null,
          createdAt: index,
        });
      }
    });
  }
  await context.database.close();
  return { accountSid: account.sid, authToken: account.authToken, appSid };
}

/** Follows the links of pages of 1,000 to the end, and from there a page of 50 back and forth. */
async function lastPage(port: number, list: string, headers: Record<string, string>) {
  let next: string | null = `${list}?PageSize=1000`;
  let at = next;
  while (next) {
    at = next;
    const reply = await fetch(`http://127.0.0.1:${port}${next}`, { headers });
    const page: { next_page_uri: string | null } = JSON.parse(await reply.text());
    next = page.next_page_uri;
  }
  return at.replace('PageSize=1000', 'PageSize=50');
}
