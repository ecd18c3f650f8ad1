import type { Kysely } from 'kysely';

/** Keys of the admin API: of the operator, and so of no account. The trail of a subaccount gets a page of its own. */
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
  await db.schema
    .createIndex('audit_events_by_changed_account')
    .ifNotExists()
    .on('audit_events')
    .columns(['account_sid', 'changed_account_sid', 'created_at', 'sid'])
    .execute();
}
