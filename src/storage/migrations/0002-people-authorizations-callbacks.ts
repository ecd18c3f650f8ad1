import type { Kysely } from 'kysely';

/** People and their sessions, what customers authorized, and the deauthorization callbacks. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('users')
    .ifNotExists()
    .addColumn('sid', 'text', (column) => column.notNull().primaryKey())
    .addColumn('email', 'text', (column) => column.notNull().unique())
    .addColumn('password_hash', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('memberships')
    .ifNotExists()
    .addColumn('account_sid', 'text', (column) => column.notNull())
    .addColumn('user_sid', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('memberships_key', ['account_sid', 'user_sid'])
    .execute();
  await db.schema
    .createIndex('memberships_by_user')
    .ifNotExists()
    .on('memberships')
    .columns(['user_sid'])
    .execute();
  await db.schema
    .createTable('sessions')
    .ifNotExists()
    .addColumn('digest', 'text', (column) => column.notNull().primaryKey())
    .addColumn('user_sid', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('sessions_by_user')
    .ifNotExists()
    .on('sessions')
    .columns(['user_sid'])
    .execute();
  await db.schema
    .createIndex('sessions_by_end')
    .ifNotExists()
    .on('sessions')
    .columns(['expires_at'])
    .execute();

  await db.schema
    .createTable('authorizations')
    .ifNotExists()
    .addColumn('account_sid', 'text', (column) => column.notNull())
    .addColumn('connect_app_sid', 'text', (column) => column.notNull())
    .addColumn('subaccount_sid', 'text', (column) => column.notNull())
    .addColumn('app_owner_sid', 'text', (column) => column.notNull())
    .addColumn('permissions', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('revoked_at', 'bigint')
    .addPrimaryKeyConstraint('authorizations_key', ['account_sid', 'connect_app_sid'])
    .execute();
  await db.schema
    .createIndex('authorizations_by_age')
    .ifNotExists()
    .on('authorizations')
    .columns(['account_sid', 'created_at', 'connect_app_sid'])
    .execute();
  // An authorized request names only the subaccount.
  await db.schema
    .createIndex('authorizations_by_subaccount')
    .ifNotExists()
    .on('authorizations')
    .columns(['subaccount_sid'])
    .execute();
  // Deleting an app ends all that it was granted.
  await db.schema
    .createIndex('authorizations_by_app')
    .ifNotExists()
    .on('authorizations')
    .columns(['connect_app_sid', 'account_sid'])
    .execute();
  // The purge asks for what ended long ago.
  await db.schema
    .createIndex('authorizations_by_end')
    .ifNotExists()
    .on('authorizations')
    .columns(['revoked_at'])
    .execute();

  await db.schema
    .createTable('callbacks')
    .ifNotExists()
    .addColumn('account_sid', 'text', (column) => column.notNull())
    .addColumn('sid', 'text', (column) => column.notNull())
    .addColumn('connect_app_sid', 'text', (column) => column.notNull())
    .addColumn('subaccount_sid', 'text', (column) => column.notNull())
    .addColumn('url', 'text', (column) => column.notNull())
    .addColumn('method', 'text', (column) => column.notNull())
    .addColumn('receiver', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('attempts_made', 'integer', (column) => column.notNull())
    .addColumn('next_attempt_at', 'bigint')
    .addColumn('lease_owner', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('callbacks_key', ['account_sid', 'sid'])
    .execute();
  await db.schema
    .createIndex('callbacks_by_age')
    .ifNotExists()
    .on('callbacks')
    .columns(['account_sid', 'created_at', 'sid'])
    .execute();
  // What the worker asks for: the callbacks of every account that are due.
  await db.schema
    .createIndex('callbacks_due')
    .ifNotExists()
    .on('callbacks')
    .columns(['next_attempt_at', 'sid'])
    .execute();
  await db.schema
    .createIndex('callbacks_by_time')
    .ifNotExists()
    .on('callbacks')
    .columns(['created_at'])
    .execute();
  await db.schema
    .createIndex('callbacks_by_sid')
    .ifNotExists()
    .on('callbacks')
    .columns(['sid'])
    .execute();
  await db.schema
    .createTable('callback_attempts')
    .ifNotExists()
    .addColumn('account_sid', 'text', (column) => column.notNull())
    .addColumn('callback_sid', 'text', (column) => column.notNull())
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('duration_ms', 'bigint', (column) => column.notNull())
    .addColumn('status', 'integer')
    .addColumn('failure', 'text')
    .addColumn('answer', 'text')
    .addPrimaryKeyConstraint('callback_attempts_key', ['account_sid', 'callback_sid', 'number'])
    .execute();
}
