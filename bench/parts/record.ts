/**
 * What the record of requests costs: two servers in one process, on databases of the same data, one of which records,
 * loaded in turn; and how fast the record is listed when it has a million rows.
 */

import SqliteConnection from 'better-sqlite3';
import { countRequests, listRequests } from '../../src/requests/operations.ts';
import type { RequestFilter } from '../../src/requests/request.ts';
import { createConfig } from '../../src/server/config.ts';
import { createContext } from '../../src/server/context.ts';
import { insertMany, sidOf } from '../../test/support/fill.ts';
import { fill, SECRET_KEY, type Target } from '../data.ts';
import { loadOn, type Measurement, measure } from '../load.ts';
import { type Size, sqliteIn } from '../size.ts';
import { startTwins } from '../subject.ts';
import { figure, median, quantile, type Table } from '../table.ts';

const CONNECTIONS = 32;
const ACCOUNT = `AC${'1'.repeat(32)}`;
const LOOKS = 300;

/** Measures both. */
export async function measureRecord(size: Size): Promise<Table[]> {
  return [await measureCost(size), await measureLists(size)];
}

interface Pair {
  on: Measurement;
  off: Measurement;
}

async function measureCost(size: Size): Promise<Table> {
  const data = await fill(sqliteIn(size.folder, 'on'), size.apps, size.accounts);
  const other = await fill(sqliteIn(size.folder, 'off'), size.apps, size.accounts);
  // On a machine that is busy otherwise, a few are refused for that: both then have that.
  const load = (targets: readonly Target[]) =>
    loadOn(size, CONNECTIONS)(targets, { allowsRefusals: true });
  const loads: readonly (readonly [string, readonly Target[], readonly Target[]])[] = [
    ['GET one app', data.apps.slice(0, 1), other.apps.slice(0, 1)],
    ['GET one app, many of one account', data.apps, other.apps],
    ['GET one app, accounts in turn', data.appsOfOthers, other.appsOfOthers],
    ['list of 50', [data.firstPage(50)], [other.firstPage(50)]],
  ];
  const pairs = new Map<string, Pair[]>();
  // In one process: two of the same version differ by up to a third, for as long as they live.
  const [on, off] = await startTwins('recording', data.environment, [
    'twin',
    other.environment.DATABASE_URL,
  ]);
  for (const [name, targetsOn, targetsOff] of loads) {
    const withRecord = () => measure(on, load(targetsOn));
    const without = () => measure(off, load(targetsOff));
    // What a process compiles at first is no cost of either.
    for (const warmUp of [withRecord, without]) await warmUp();
    const measured: Pair[] = [];
    for (let round = 0; round < size.rounds; round += 1) {
      // In turn which is first, so that a machine that becomes slower is so for both.
      if (round % 2 === 0) measured.push({ on: await withRecord(), off: await without() });
      else measured.push({ off: await without(), on: await withRecord() });
    }
    pairs.set(name, measured);
  }
  await on.stop();
  const rows = [...pairs].map(([name, measured]) => {
    const of = (pick: (pair: Pair) => number) => median(measured.map(pick));
    return [
      name,
      figure(of((pair) => pair.off.cpuMicroseconds)),
      figure(of((pair) => pair.on.cpuMicroseconds)),
      of((pair) => pair.off.cpuMicroseconds / pair.on.cpuMicroseconds).toFixed(3),
      of((pair) => pair.on.requestsPerSecond / pair.off.requestsPerSecond).toFixed(3),
    ];
  });
  return {
    title: 'The record of requests',
    columns: [
      'what',
      'CPU µs a request without',
      'with',
      'throughput by CPU, with of without',
      'throughput as measured, with of without',
    ],
    rows,
    note: `${CONNECTIONS} connections, medians of ${size.rounds} pairs of ${size.seconds} s, in one process.`,
  };
}

/** Of one account, whose ring a purge has not trimmed for long, and of many others. */
async function measureLists(size: Size): Promise<Table> {
  const url = sqliteIn(size.folder, 'on');
  const count = size.requests;
  const connection = new SqliteConnection(url.replace('sqlite:', ''));
  connection.pragma('synchronous = off');
  const now = Date.now();
  connection.exec(
    insertMany('requests', count, {
      account_sid: `case when n % 10 = 0 then '${ACCOUNT}' else ${sidOf('AC', 'abc').replaceAll('n as', 'n % 1000 as').replace('+ n', '+ n % 1000')} end`,
      sid: sidOf('RQ', 'abc'),
      created_at: `${now} - n`,
      caller: "case when n % 30 = 0 then 'CN1' else 'account' end",
      path_account_sid: `'${ACCOUNT}'`,
      method: "'GET'",
      route: "'/2010-04-01/Accounts/:AccountSid'",
      status: 'case when n % 40 = 0 then 404 else 200 end',
      code: 'case when n % 40 = 0 then 20404 else null end',
      duration_us: '900',
      network: "'127.0.0.0/24'",
      more: '0',
    }),
  );
  connection.exec('pragma wal_checkpoint(truncate)');
  connection.close();
  const config = createConfig({ DATABASE_URL: url, SECRET_KEY }, 'production');
  const context = createContext(config, { secretKey: SECRET_KEY });
  const filters: readonly (readonly [string, Partial<RequestFilter>])[] = [
    ['newest 50', {}],
    ['of an app', { caller: 'CN1' }],
    ['refused', { outcome: 'refused' }],
    ['by code', { code: 20404 }],
    ['in a time', { since: now - count / 2, until: now - count / 4 }],
    ['nothing matches: failed', { outcome: 'failed' }],
    ['nothing matches: an app that made none', { caller: 'CN2' }],
  ];
  const rows = [];
  for (const [name, filter] of filters) {
    const times: number[] = [];
    for (let look = 0; look < LOOKS; look += 1) {
      const createdAt = now - Math.floor((look * count) / LOOKS);
      const from = look % 2 === 0 ? undefined : { createdAt, sid: 'RQ' };
      const begun = performance.now();
      await listRequests(
        context,
        { accountSid: ACCOUNT, ...filter },
        { direction: 'older', from, limit: 51 },
      );
      times.push(performance.now() - begun);
    }
    rows.push([name, ...quantiles(times)]);
  }
  const times: number[] = [];
  for (let look = 0; look < LOOKS; look += 1) {
    const begun = performance.now();
    const unit = 'hour';
    await countRequests(context, {
      accountSid: ACCOUNT,
      unit,
      since: now - 72 * 3_600_000,
      until: now,
    });
    times.push(performance.now() - begun);
  }
  rows.push(['counters of three days', ...quantiles(times)]);
  await context.database.close();
  return {
    title: 'Lists of the record',
    columns: ['what', 'p50 ms', 'p99 ms'],
    rows,
    note: `${figure(count)} requests, ${figure(count / 10)} of them of the account that is listed: ten times what it keeps. Pages of 50, from the newest and from places in between.`,
  };
}

function quantiles(times: readonly number[]): [string, string] {
  return [figure(quantile(times, 0.5)), figure(quantile(times, 0.99))];
}
