import { type Kysely, sql } from 'kysely';

/** The record of API requests, its counters, and when tokens and authorizations were last used. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('requests')
    .ifNotExists()
    .addColumn('account_sid', 'text', (column) => column.notNull())
    .addColumn('sid', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('caller', 'text', (column) => column.notNull())
    .addColumn('path_account_sid', 'text', (column) => column.notNull())
    .addColumn('method', 'text', (column) => column.notNull())
    .addColumn('route', 'text', (column) => column.notNull())
    .addColumn('status', 'integer', (column) => column.notNull())
    .addColumn('code', 'integer')
    .addColumn('problem', 'text')
    .addColumn('reason', 'text')
    .addColumn('duration_us', 'bigint', (column) => column.notNull())
    .addColumn('network', 'text', (column) => column.notNull())
    .addColumn('user_agent', 'text')
    .addColumn('resource_sid', 'text')
    .addColumn('more', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('requests_key', ['account_sid', 'sid'])
    .execute();
  await db.schema
    .createIndex('requests_by_age')
    .ifNotExists()
    .on('requests')
    .columns(['account_sid', 'created_at', 'sid'])
    .execute();
  // What an app did lately, and the ring of requests whose sender is not known.
  await db.schema
    .createIndex('requests_by_caller')
    .ifNotExists()
    .on('requests')
    .columns(['account_sid', 'caller', 'created_at', 'sid'])
    .execute();
  await db.schema
    .createIndex('requests_refused')
    .ifNotExists()
    .on('requests')
    .columns(['account_sid', 'created_at', 'sid'])
    .where(sql<boolean>`status >= 400`)
    .execute();
  // The purge asks for what is old.
  await db.schema
    .createIndex('requests_by_time')
    .ifNotExists()
    .on('requests')
    .columns(['created_at'])
    .execute();

  await db.schema
    .createTable('request_counts')
    .ifNotExists()
    .addColumn('account_sid', 'text', (column) => column.notNull())
    .addColumn('unit', 'text', (column) => column.notNull())
    .addColumn('begins_at', 'bigint', (column) => column.notNull())
    .addColumn('caller', 'text', (column) => column.notNull())
    .addColumn('answered', 'bigint', (column) => column.notNull())
    .addColumn('refused', 'bigint', (column) => column.notNull())
    .addColumn('failed', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('request_counts_key', ['account_sid', 'unit', 'begins_at', 'caller'])
    .execute();
  await db.schema
    .createIndex('request_counts_by_time')
    .ifNotExists()
    .on('request_counts')
    .columns(['unit', 'begins_at'])
    .execute();

  await db.schema
    .createTable('last_uses')
    .ifNotExists()
    .addColumn('account_sid', 'text', (column) => column.notNull())
    .addColumn('what', 'text', (column) => column.notNull())
    .addColumn('used_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('last_uses_key', ['account_sid', 'what'])
    .execute();
  await db.schema
    .createIndex('last_uses_by_time')
    .ifNotExists()
    .on('last_uses')
    .columns(['used_at'])
    .execute();
}
