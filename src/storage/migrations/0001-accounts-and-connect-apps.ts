import type { Kysely } from 'kysely';

/** Accounts with their tokens, and the Connect Apps that they own. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('accounts')
    .ifNotExists()
    .addColumn('sid', 'text', (column) => column.notNull().primaryKey())
    .addColumn('owner_account_sid', 'text', (column) => column.notNull())
    .addColumn('friendly_name', 'text', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('token_digest', 'text', (column) => column.notNull())
    .addColumn('token_sealed', 'text', (column) => column.notNull())
    .addColumn('secondary_token_digest', 'text')
    .addColumn('secondary_token_sealed', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('accounts_by_owner')
    .ifNotExists()
    .on('accounts')
    .columns(['owner_account_sid', 'created_at', 'sid'])
    .execute();

  await db.schema
    .createTable('connect_apps')
    .ifNotExists()
    .addColumn('account_sid', 'text', (column) => column.notNull())
    .addColumn('sid', 'text', (column) => column.notNull())
    .addColumn('friendly_name', 'text')
    .addColumn('description', 'text')
    .addColumn('company_name', 'text')
    .addColumn('homepage_url', 'text')
    .addColumn('authorize_redirect_url', 'text')
    .addColumn('deauthorize_callback_url', 'text')
    .addColumn('deauthorize_callback_method', 'text')
    .addColumn('permissions', 'text', (column) => column.notNull())
    .addColumn('logo_url', 'text')
    .addColumn('terms_of_service_url', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('connect_apps_key', ['account_sid', 'sid'])
    .execute();
  await db.schema
    .createIndex('connect_apps_by_age')
    .ifNotExists()
    .on('connect_apps')
    .columns(['account_sid', 'created_at', 'sid'])
    .execute();
  // From an app to its owner: the consent page and the command line know only the app.
  await db.schema
    .createIndex('connect_apps_by_sid')
    .ifNotExists()
    .on('connect_apps')
    .columns(['sid'])
    .execute();
}
