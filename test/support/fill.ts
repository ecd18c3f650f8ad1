/** Many rows at once, by plain SQL on a connection of its own: within seconds, and in one transaction. */

import SqliteConnection from 'better-sqlite3';
import pg from 'pg';

/** Runs statements that both engines understand, and tells PostgreSQL what there is then. */
export async function fill(databaseUrl: string, statements: readonly string[]): Promise<void> {
  if (databaseUrl.startsWith('sqlite:')) {
    const connection = new SqliteConnection(databaseUrl.replace('sqlite:', ''));
    connection.pragma('synchronous = off');
    connection.exec(`begin immediate; ${statements.join(';')}; commit`);
    connection.close();
    return;
  }
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('set search_path to connect_apps');
  await client.query(`begin; ${statements.join(';')}; commit`);
  await client.query('analyze');
  await client.end();
}

/** A statement that adds `count` rows; `values` are expressions of the number n, from 0. */
export function insertMany(
  table: string,
  count: number,
  values: Readonly<Record<string, string>>,
): string {
  return `insert into ${table} (${Object.keys(values).join()})
    with recursive numbers(n) as (select 0 union all select n + 1 from numbers where n < ${count - 1})
    select ${Object.values(values).join()} from numbers`;
}

/** An expression of the number n: a SID that begins with the kind and a word of 20 hex digits. */
export function sidOf(kind: string, word: string): string {
  return `'${kind}${word.padEnd(20, '0')}' || substr(cast(1000000000000 + n as text), 2)`;
}

/** Subaccounts; the shown columns may be given other expressions. */
export function insertSubaccounts(
  ownerSid: string,
  count: number,
  values: Readonly<Record<string, string>> = {},
): string {
  return insertAccounts(count, {
    sid: sidOf('AC', 'abc'),
    owner_account_sid: `'${ownerSid}'`,
    ...values,
  });
}

/** Accounts with the SIDs and owners that are given; other columns may be given, too. */
export function insertAccounts(count: number, values: Readonly<Record<string, string>>): string {
  return insertMany('accounts', count, {
    friendly_name: "'Some name'",
    type: "'Full'",
    status: "'active'",
    token_digest: "'none'",
    token_sealed: "'none'",
    created_at: '1000 + n',
    updated_at: '1000',
    ...values,
  });
}

/** Apps of one owner. */
export function insertApps(ownerSid: string, count: number): string {
  return insertMany('connect_apps', count, {
    account_sid: `'${ownerSid}'`,
    sid: sidOf('CN', 'abc'),
    friendly_name: "'App ' || n",
    search_text: `'app ' || n || ' ' || lower(${sidOf('CN', 'abc')})`,
    permissions: "'get-all'",
    created_at: '1000 + n',
    updated_at: '1000',
  });
}

/** What a customer authorized and, where `revokedAt` is not null, revoked: apps of `insertApps`. */
export function insertAuthorizations(
  parties: { customer: string; owner: string },
  count: number,
  revokedAt: string,
): string {
  return insertMany('authorizations', count, {
    account_sid: `'${parties.customer}'`,
    connect_app_sid: sidOf('CN', 'abc'),
    subaccount_sid: sidOf('AC', 'def'),
    app_owner_sid: `'${parties.owner}'`,
    permissions: "'get-all'",
    created_at: '1000 + n',
    updated_at: '1000',
    revoked_at: revokedAt,
  });
}
