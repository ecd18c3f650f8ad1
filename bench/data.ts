/** The data that is measured on: one account with many Connect Apps, made by SQL alone. */

import { sql } from 'kysely';
import { createAccount } from '../src/accounts/account.ts';
import { createContext } from '../src/app.ts';
import { createConfig } from '../src/config.ts';
import type { Context } from '../src/context.ts';
import { writePageToken } from '../src/http/page-token.ts';
import type { Engine, Queryable } from '../src/storage/database.ts';
import { migrate } from '../src/storage/migrate.ts';

export const SECRET_KEY = 'a secret key that only the benchmark knows';
/** Apps a statement: within the time that the server gives to one. */
const CHUNK = 20_000;
const SAMPLE = 1000;

export interface Data {
  /** What a server on this data is started with. */
  environment: { DATABASE_URL: string; SECRET_KEY: string };
  headers: Record<string, string>;
  /** The URL of the list, without a query. */
  list: string;
  /** A page of 50 at the end of the list. */
  lastPage: string;
  /** The URLs of some apps, spread over all. */
  apps: readonly string[];
}

/** Makes the database at a URL, with `count` apps of one account. */
export async function fill(databaseUrl: string, count: number): Promise<Data> {
  const environment = { DATABASE_URL: databaseUrl, SECRET_KEY };
  const context = createContext(createConfig(environment, 'production'), { secretKey: SECRET_KEY });
  const { database } = context;
  try {
    await migrate(database);
    const { sid, authToken } = await createAccount(context, { friendlyName: 'Benchmark' });
    for (let first = 0; first < count; first += CHUNK) {
      await database.transaction((transaction) =>
        insertApps(transaction, database.engine, sid, first, Math.min(CHUNK, count - first)),
      );
    }
    if (database.engine === 'postgres') await sql`analyze`.execute(database.query);
    const list = `/2010-04-01/Accounts/${sid}/ConnectApps`;
    return {
      environment,
      headers: {
        authorization: `Basic ${Buffer.from(`${sid}:${authToken}`).toString('base64')}`,
      },
      list: `${list}.json`,
      lastPage: await lastPageOf(context, sid, count),
      apps: (await sampleOf(database.query, sid, count)).map((app) => `${list}/${app}.json`),
    };
  } finally {
    await database.close();
  }
}

/** `count` apps, the index of each in its name and in its age. */
async function insertApps(
  query: Queryable,
  engine: Engine,
  accountSid: string,
  first: number,
  count: number,
): Promise<void> {
  const numbers =
    engine === 'sqlite'
      ? sql`(with recursive numbers(n) as (select ${first} union all select n + 1 from numbers where n < ${first + count - 1}) select n from numbers)`
      : sql`(select n from generate_series(${first}::int, ${first + count - 1}::int) as n)`;
  const random =
    engine === 'sqlite' ? sql`lower(hex(randomblob(16)))` : sql`md5(n::text || random())`;
  await sql`
    insert into connect_apps (account_sid, sid, friendly_name, company_name, homepage_url,
      authorize_redirect_url, deauthorize_callback_url, deauthorize_callback_method, permissions,
      created_at, updated_at)
    select ${accountSid}, 'CN' || ${random}, 'App ' || n, 'Twilio', 'http://example.com/home',
      'http://example.com/redirect', 'http://example.com/deauth', 'GET', '', n, n
    from ${numbers} as numbers`.execute(query);
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
  return `/2010-04-01/Accounts/${accountSid}/ConnectApps.json?PageSize=50&Page=1&PageToken=${token}`;
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
