import type { Kysely } from 'kysely';

/** API keys: credentials of an account that can be named, listed and deleted one by one. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('api_keys')
    .ifNotExists()
    .addColumn('account_sid', 'text', (column) => column.notNull())
    .addColumn('sid', 'text', (column) => column.notNull())
    .addColumn('friendly_name', 'text', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('secret_digest', 'text', (column) => column.notNull())
    .addColumn('fingerprint_sealed', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('api_keys_key', ['account_sid', 'sid'])
    .execute();
  await db.schema
    .createIndex('api_keys_by_age')
    .ifNotExists()
    .on('api_keys')
    .columns(['account_sid', 'created_at', 'sid'])
    .execute();
  // From a key to its account: credentials name only the key.
  await db.schema
    .createIndex('api_keys_by_sid')
    .ifNotExists()
    .on('api_keys')
    .columns(['sid'])
    .execute();
}
