import type { Kysely } from 'kysely';

/** Keys of the admin API: of the operator, and so of no account. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('admin_keys')
    .ifNotExists()
    .addColumn('sid', 'text', (column) => column.notNull().primaryKey())
    .addColumn('friendly_name', 'text', (column) => column.notNull())
    .addColumn('scopes', 'text', (column) => column.notNull())
    .addColumn('secret_digest', 'text', (column) => column.notNull())
    .addColumn('fingerprint_sealed', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .addColumn('last_used_at', 'bigint')
    .execute();
  await db.schema
    .createIndex('admin_keys_by_age')
    .ifNotExists()
    .on('admin_keys')
    .columns(['created_at', 'sid'])
    .execute();
}
