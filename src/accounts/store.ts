/** The SQL of accounts, and the only bridge between their rows and Account. */

import type { Selectable } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import { prepared } from '../storage/prepared.ts';
import type { AccountsTable } from '../storage/schema.ts';
import {
  ACCOUNT_PROPERTIES,
  ACCOUNT_PROPERTY_NAMES,
  type Account,
  type AccountProperties,
  type AccountPropertyColumns,
  type AccountPropertyName,
  type AccountStatus,
  worseOf,
} from './account.ts';
import type { StoredAccount, StoredToken } from './token.ts';

/** A row with the status of its parent; null if the account does not exist. */
export type Row = Selectable<AccountsTable> & { owner_status: AccountStatus | null };

/** Adds an account, or does nothing if one with this SID exists; returns whether it added it. */
export async function insertAccount(
  query: Queryable,
  account: Account,
  token: StoredToken,
): Promise<boolean> {
  const inserted = await query
    .insertInto('accounts')
    .values({
      sid: account.sid,
      owner_account_sid: account.ownerAccountSid,
      ...toColumns(account),
      token_digest: token.digest,
      token_sealed: token.sealed,
      created_at: account.createdAt,
      updated_at: account.updatedAt,
    })
    .onConflict((conflict) => conflict.column('sid').doNothing())
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 1n;
}

const selectOne = prepared<{ sid: string }, Row>((query, parameter) =>
  selectAccounts(query).where('account.sid', '=', parameter('sid')),
);

/** The account with this SID and its tokens at rest. */
export async function findAccount(
  query: Queryable,
  sid: string,
): Promise<StoredAccount | undefined> {
  const [row] = await selectOne(query, { sid });
  return row && fromRow(row);
}

const selectOfUser = prepared<{ userSid: string }, Row>((query, parameter) =>
  selectAccounts(query)
    .where('account.sid', 'in', (row) =>
      row
        .selectFrom('memberships')
        .select('account_sid')
        .where('user_sid', '=', parameter('userSid'))
        .where('disabled_at', 'is', null),
    )
    .orderBy('account.sid'),
);

/** The accounts that a user belongs to, in the order of their SIDs. */
export async function findAccountsOfUser(
  query: Queryable,
  userSid: string,
): Promise<StoredAccount[]> {
  return (await selectOfUser(query, { userSid })).map(fromRow);
}

/** The parents of up to a thousand accounts that exist: a parent's own is its SID. */
export async function findOwnerSids(
  query: Queryable,
  sids: readonly string[],
): Promise<Map<string, string>> {
  const rows = await query
    .selectFrom('accounts')
    .select(['sid', 'owner_account_sid'])
    .where('sid', 'in', sids)
    .execute();
  return new Map(rows.map((row) => [row.sid, row.owner_account_sid]));
}

/** The first accounts in the order of their SIDs that come after one: for going through all of them. */
export async function findAccountsAfter(
  query: Queryable,
  sid: string,
  limit: number,
): Promise<StoredAccount[]> {
  const rows = await selectAccounts(query)
    .where('account.sid', '>', sid)
    .orderBy('account.sid')
    .limit(limit)
    .execute();
  return rows.map(fromRow);
}

const TOKEN_COLUMNS = [
  'token_sealed',
  'token_digest',
  'secondary_token_sealed',
  'secondary_token_digest',
] as const;

/**
 * Looks at the tokens of the first accounts that come after one: which of those accounts is the last,
 * and one of them with a token at rest that has none of these prefixes; null when there is none.
 */
export async function findOtherPrefixAfter(
  query: Queryable,
  sid: string,
  { prefixes, limit }: { prefixes: readonly string[]; limit: number },
): Promise<{ last: string | null; other: string | null }> {
  return query
    .selectFrom((from) =>
      from
        .selectFrom('accounts')
        .select((row) => {
          const hasOther = TOKEN_COLUMNS.map((column) =>
            row.and(prefixes.map((prefix) => row(column, 'not like', `${prefix}%`))),
          );
          return ['sid', row.case().when(row.or(hasOther)).then(row.ref('sid')).end().as('other')];
        })
        .where('sid', '>', sid)
        .orderBy('sid')
        .limit(limit)
        .as('some'),
    )
    .select(({ fn }) => [
      fn.max<string | null>('sid').as('last'),
      fn.max<string | null>('other').as('other'),
    ])
    .executeTakeFirstOrThrow();
}

export interface AccountChanges extends Partial<AccountProperties> {
  token?: StoredToken;
  secondaryToken?: StoredToken | null;
  updatedAt?: number;
}

/** Writes the given changes. */
export async function updateAccountRow(
  query: Queryable,
  sid: string,
  changes: AccountChanges,
): Promise<void> {
  const { token, secondaryToken } = changes;
  await query
    .updateTable('accounts')
    .set({
      ...toColumns(changes),
      updated_at: changes.updatedAt,
      token_digest: token?.digest,
      token_sealed: token?.sealed,
      secondary_token_digest: secondaryToken === null ? null : secondaryToken?.digest,
      secondary_token_sealed: secondaryToken === null ? null : secondaryToken?.sealed,
    })
    .where('sid', '=', sid)
    .execute();
}

/** Accounts with the status of their parents, to be filtered and ordered. */
export function selectAccounts(query: Queryable) {
  return query
    .selectFrom('accounts as account')
    .selectAll('account')
    .select((row) =>
      row
        .selectFrom('accounts as owner')
        .select('owner.status')
        .whereRef('owner.sid', '=', 'account.owner_account_sid')
        .as('owner_status'),
    );
}

/** The columns of the given properties. */
function toColumns(given: AccountProperties): AccountPropertyColumns;
function toColumns(given: Partial<AccountProperties>): Partial<AccountPropertyColumns>;
function toColumns(given: Partial<AccountProperties>): Partial<AccountPropertyColumns> {
  const columns: Partial<AccountPropertyColumns> = {};
  for (const name of ACCOUNT_PROPERTY_NAMES) writeColumn(columns, name, given);
  return columns;
}

function writeColumn<Name extends AccountPropertyName>(
  columns: Partial<AccountPropertyColumns>,
  name: Name,
  given: Partial<AccountProperties>,
): void {
  const value = given[name];
  const { column, rule } = ACCOUNT_PROPERTIES[name];
  if (value !== undefined) columns[column] = rule.toColumn(value);
}

/** The properties of a row. */
function propertiesFrom(row: AccountPropertyColumns): AccountProperties;
function propertiesFrom(row: AccountPropertyColumns): Partial<AccountProperties> {
  const properties: Partial<AccountProperties> = {};
  for (const name of ACCOUNT_PROPERTY_NAMES) readColumn(properties, name, row);
  return properties;
}

function readColumn<Name extends AccountPropertyName>(
  properties: Partial<AccountProperties>,
  name: Name,
  row: AccountPropertyColumns,
): void {
  const { column, rule } = ACCOUNT_PROPERTIES[name];
  properties[name] = rule.fromColumn(row[column]);
}

/** Makes an account of its row. */
export function fromRow(row: Row): StoredAccount {
  return {
    sid: row.sid,
    ownerAccountSid: row.owner_account_sid,
    ...propertiesFrom(row),
    status: worseOf(row.status, row.owner_status ?? row.status),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    token: { digest: row.token_digest, sealed: row.token_sealed },
    secondaryToken:
      row.secondary_token_digest && row.secondary_token_sealed
        ? { digest: row.secondary_token_digest, sealed: row.secondary_token_sealed }
        : null,
  };
}
