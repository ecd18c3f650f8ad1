import { type Kysely, sql } from 'kysely';

/**
 * Each list is read from an index that holds its filter and its order, and each purge in an order in
 * which it can go on: what a request costs does not grow with what an account has.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex('accounts_by_name')
    .ifNotExists()
    .on('accounts')
    .columns(['owner_account_sid', 'friendly_name', 'created_at', 'sid'])
    .execute();
  await db.schema
    .createIndex('accounts_by_status')
    .ifNotExists()
    .on('accounts')
    .columns(['owner_account_sid', 'status', 'created_at', 'sid'])
    .execute();
  await db.schema
    .createIndex('accounts_by_name_and_status')
    .ifNotExists()
    .on('accounts')
    .columns(['owner_account_sid', 'friendly_name', 'status', 'created_at', 'sid'])
    .execute();
  // Of all accounts and of all users: what the command line lists.
  await db.schema
    .createIndex('accounts_by_age')
    .ifNotExists()
    .on('accounts')
    .columns(['created_at', 'sid'])
    .execute();
  await db.schema
    .createIndex('users_by_age')
    .ifNotExists()
    .on('users')
    .columns(['created_at', 'sid'])
    .execute();

  // A customer can revoke any number of apps: what has ended is not in the way of what lives. SQLite
  // reads the whole row for a column that only the condition of an index names, so the index has it, too.
  await db.schema
    .createIndex('authorizations_live')
    .ifNotExists()
    .on('authorizations')
    .columns(['account_sid', 'created_at', 'connect_app_sid', 'revoked_at'])
    .where(sql.ref('revoked_at'), 'is', null)
    .execute();
  await db.schema.dropIndex('authorizations_by_age').ifExists().execute();
  await db.schema
    .createIndex('authorizations_live_by_subaccount')
    .ifNotExists()
    .on('authorizations')
    .columns(['account_sid', 'subaccount_sid', 'created_at', 'connect_app_sid', 'revoked_at'])
    .where(sql.ref('revoked_at'), 'is', null)
    .execute();
  // What ends with a deleted app: only what has not ended before.
  await db.schema
    .createIndex('authorizations_live_by_app')
    .ifNotExists()
    .on('authorizations')
    .columns(['connect_app_sid', 'account_sid'])
    .where(sql.ref('revoked_at'), 'is', null)
    .execute();
  await db.schema.dropIndex('authorizations_by_app').ifExists().execute();
  // The purge goes through what ended long ago, some at a time.
  await db.schema
    .createIndex('authorizations_ended')
    .ifNotExists()
    .on('authorizations')
    .columns(['revoked_at', 'account_sid', 'connect_app_sid'])
    .where(sql.ref('revoked_at'), 'is not', null)
    .execute();
  await db.schema.dropIndex('authorizations_by_end').ifExists().execute();
}
