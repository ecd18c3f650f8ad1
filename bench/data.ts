/**
 * The data that is measured on: one account with many Connect Apps, made by SQL alone, and many accounts
 * with one each.
 */

import SqliteConnection from 'better-sqlite3';
import { sql } from 'kysely';
import pg from 'pg';
import { createAccount } from '../src/accounts/operations.ts';
import { addConnectApp } from '../src/connect-apps/operations.ts';
import type { Context } from '../src/context.ts';
import { writePageToken } from '../src/http/page-token.ts';
import { createConfig } from '../src/server/config.ts';
import { createContext } from '../src/server/context.ts';
import { createSid } from '../src/sid.ts';
import type { Database, Queryable } from '../src/storage/database.ts';
import { migrate } from '../src/storage/migrate.ts';

export const SECRET_KEY = 'a secret key that only the benchmark knows';
/** Apps a statement: within the time that the server gives to one. */
const CHUNK = 5000;
const SAMPLE = 1000;
/** Accounts that are made together. */
const AT_ONCE = 16;

/** A request to make, and the account that makes it. */
export interface Target {
  path: string;
  headers: Readonly<Record<string, string>>;
}

export interface Data {
  /** What a server on this data is started with. */
  environment: { DATABASE_URL: string; SECRET_KEY: string };
  /** The first page of the list, of so many. */
  firstPage(size: number): Target;
  /** A page of 50 at the end of the list. */
  lastPage: Target;
  /** Some of the apps, spread over all. */
  apps: readonly Target[];
  /** The apps of as many accounts, one each. */
  appsOfOthers: readonly Target[];
}

/** Makes the database at a URL, with `count` apps of one account, and `others` of as many accounts. */
export async function fill(databaseUrl: string, count: number, others = 0): Promise<Data> {
  const environment = { DATABASE_URL: databaseUrl, SECRET_KEY };
  const context = createContext(createConfig(environment, 'production'), { secretKey: SECRET_KEY });
  const { database } = context;
  try {
    await migrate(database);
    const { sid, authToken } = await createAccount(context, { friendlyName: 'Benchmark' });
    if (database.engine === 'sqlite') fillSqlite(databaseUrl.replace('sqlite:', ''), sid, count);
    else await fillPostgres(databaseUrl, database, sid, count);
    const target = (path: string) => targetOf({ sid, authToken }, path);
    return {
      environment,
      firstPage: (size) => target(`.json?PageSize=${size}`),
      lastPage: target(await lastPageOf(context, sid, count)),
      apps: (await sampleOf(database.query, sid, count)).map((app) => target(`/${app}.json`)),
      appsOfOthers: await addOthers(context, others),
    };
  } finally {
    await database.close();
  }
}

function targetOf({ sid, authToken }: { sid: string; authToken: string }, path: string): Target {
  const pair = Buffer.from(`${sid}:${authToken}`).toString('base64');
  return {
    path: `/2010-04-01/Accounts/${sid}/ConnectApps${path}`,
    headers: { authorization: `Basic ${pair}` },
  };
}

async function addOthers(context: Context, count: number): Promise<Target[]> {
  const targets: Target[] = [];
  while (targets.length < count) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - targets.length) }, async () => {
      const account = await createAccount(context, {});
      const app = createSid('CN', context.random);
      await addConnectApp(context, account.sid, app, { friendlyName: 'An app' });
      return targetOf(account, `/${app}.json`);
    });
    targets.push(...(await Promise.all(some)));
  }
  return targets;
}

const COLUMNS = `account_sid, sid, friendly_name, company_name, homepage_url, authorize_redirect_url,
  deauthorize_callback_url, deauthorize_callback_method, permissions, created_at, updated_at`;
/** Of the app with the number n, which is also its age; its SID begins with CN and is random. */
const VALUES = `'App ' || n, 'Twilio', 'http://example.com/home', 'http://example.com/redirect',
  'http://example.com/deauth', 'GET', '', n, n`;

/** On a separate connection that keeps everything in memory: nothing needs to survive a power cut. */
function fillSqlite(path: string, accountSid: string, count: number): void {
  const connection = new SqliteConnection(path);
  connection.pragma('synchronous = off');
  connection.pragma('cache_size = -8000000');
  const insert = connection.prepare(`
    insert into connect_apps (${COLUMNS})
    with recursive numbers(n) as (select ? union all select n + 1 from numbers where n < ?)
    select ?, 'CN' || lower(hex(randomblob(16))), ${VALUES} from numbers`);
  for (let first = 0; first < count; first += CHUNK) {
    insert.run(first, Math.min(first + CHUNK, count) - 1, accountSid);
  }
  connection.pragma('wal_checkpoint(TRUNCATE)');
  connection.close();
}

async function fillPostgres(
  databaseUrl: string,
  database: Database,
  accountSid: string,
  count: number,
): Promise<void> {
  for (let first = 0; first < count; first += CHUNK) {
    await sql`
      insert into connect_apps.connect_apps (${sql.raw(COLUMNS)})
      select ${accountSid}, 'CN' || md5(n::text || random()), ${sql.raw(VALUES)}
      from generate_series(${first}::int, ${Math.min(first + CHUNK, count) - 1}::int) as n`.execute(
      database.query,
    );
  }
  // Takes longer than the server gives a statement.
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('vacuum analyze');
  // Else what is measured waits for the disk to take what was filled in.
  await client.query('checkpoint');
  await client.end();
}

async function lastPageOf(
  { database, keyring }: Context,
  accountSid: string,
  count: number,
): Promise<string> {
  const rows = await database.query
    .selectFrom('connect_apps')
    .select(['sid', 'created_at as createdAt'])
    .where('account_sid', '=', accountSid)
    .orderBy('created_at')
    .orderBy('sid')
    .limit(51)
    .execute();
  const from = rows.at(-1);
  if (from === undefined) throw new Error('There are no apps');
  const cursor = { direction: 'older', from, start: Math.max(0, count - 50) } as const;
  const token = writePageToken(keyring, `${accountSid} ConnectApps`, cursor);
  return `.json?PageSize=50&Page=1&PageToken=${token}`;
}

async function sampleOf(query: Queryable, accountSid: string, count: number): Promise<string[]> {
  const size = Math.min(SAMPLE, count);
  const places = Array.from({ length: size }, (_, index) => Math.floor((index * count) / size));
  const rows = await query
    .selectFrom('connect_apps')
    .select('sid')
    .where('account_sid', '=', accountSid)
    .where('created_at', 'in', places)
    .execute();
  return rows.map(({ sid }) => sid);
}
