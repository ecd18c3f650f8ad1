/**
 * What a stand-in costs beside an app, on one server; and whether a long list of messages, read from its first page to
 * its last, has a slow page.
 */

import SqliteConnection from 'better-sqlite3';
import { insertMany, sidOf } from '../../test/support/fill.ts';
import { type Data, fill, type Target } from '../data.ts';
import { compare, type Entry, loadOn } from '../load.ts';
import { type Size, sqliteIn } from '../size.ts';
import { type Subject, startFloor } from '../subject.ts';
import { figure, type Table } from '../table.ts';

const CONNECTIONS = 32;
const PAGE_SIZE = 1000;
const SID = `SM${'abc'.padEnd(20, '0')}000000000001`;

/** Measures both; there are as many messages as rows of the record of requests elsewhere. */
export async function measureStandIns(size: Size): Promise<Table[]> {
  const url = sqliteIn(size.folder, 'stand-ins');
  const data = await fill(url, 1000);
  const [app] = data.apps;
  const accountSid = /AC[0-9a-f]{32}/.exec(app?.path ?? '')?.[0] ?? '';
  addMessages(url.replace('sqlite:', ''), accountSid, size.requests);
  const subject = await startFloor('recording', data.environment, ['development']);
  const tables = [
    await measureCost(size, subject, data, accountSid),
    await measurePages(size, subject, at(data, accountSid, `Messages.json?PageSize=${PAGE_SIZE}`)),
  ];
  await subject.stop();
  return tables;
}

function at(data: Data, accountSid: string, rest: string): Target {
  const headers = data.apps[0]?.headers ?? {};
  return { path: `/2010-04-01/Accounts/${accountSid}/${rest}`, headers };
}

function addMessages(file: string, accountSid: string, count: number): void {
  const properties = JSON.stringify({
    account_sid: accountSid,
    body: 'Hello',
    from: '+15005550006',
    sid: SID,
    status: 'delivered',
    to: '+15558675310',
  });
  const connection = new SqliteConnection(file);
  connection.pragma('synchronous = off');
  connection.exec(
    insertMany('stand_ins', count, {
      account_sid: `'${accountSid}'`,
      type: "'Messages'",
      sid: sidOf('SM', 'abc'),
      parent_sid: "''",
      properties: `'${properties}'`,
      sent: "'{}'",
      created_at: `${Date.now()} - n`,
    }),
  );
  connection.exec('pragma wal_checkpoint(truncate)');
  connection.close();
}

async function measureCost(
  size: Size,
  subject: Subject,
  data: Data,
  accountSid: string,
): Promise<Table> {
  const load = loadOn(size, CONNECTIONS);
  const entries: Entry[] = [
    ['GET one app', subject, load(data.apps.slice(0, 1))],
    ['GET one message', subject, load([at(data, accountSid, `Messages/${SID}.json`)])],
    ['list of 50 apps', subject, load([data.firstPage(50)])],
    ['list of 50 messages', subject, load([at(data, accountSid, 'Messages.json')])],
  ];
  const measured = await compare(entries, size.rounds);
  const cpuOf = (name: string) => measured.get(name)?.cpuMicroseconds ?? Number.NaN;
  return {
    title: 'Stand-ins',
    columns: ['what', 'CPU µs of an app', 'of a stand-in', 'throughput by CPU, stand-in of app'],
    rows: [
      ['GET one', 'GET one app', 'GET one message'],
      ['list of 50', 'list of 50 apps', 'list of 50 messages'],
    ].map(([what = '', app = '', message = '']) => [
      what,
      figure(cpuOf(app)),
      figure(cpuOf(message)),
      (cpuOf(app) / cpuOf(message)).toFixed(2),
    ]),
    note: `${CONNECTIONS} connections, medians of ${size.rounds} rounds of ${size.seconds} s.`,
  };
}

async function measurePages(size: Size, { port }: Subject, first: Target): Promise<Table> {
  const times: number[] = [];
  let next: string | null = first.path;
  while (next !== null) {
    const begun = performance.now();
    const answer = await fetch(`http://127.0.0.1:${port}${next}`, {
      headers: first.headers,
    });
    const text = await answer.text();
    times.push(performance.now() - begun);
    next = /"next_page_uri":"([^"]+)"/.exec(text)?.[1] ?? null;
  }
  const ordered = times.toSorted((one, other) => one - other);
  const quantile = (share: number) =>
    `${(ordered[Math.floor(share * (ordered.length - 1))] ?? Number.NaN).toFixed(1)} ms`;
  return {
    title: `${figure(size.requests)} messages, page by page`,
    columns: ['pages', 'median', '99 %', 'slowest'],
    rows: [[figure(times.length), quantile(0.5), quantile(0.99), quantile(1)]],
    note: `${PAGE_SIZE} a page, from the first to the last, one after the other.`,
  };
}
