import { type Kysely, sql } from 'kysely';

type Before = {
  connect_apps: { sid: string; friendly_name: string | null; search_text: string };
};

/** What the console lists and searches, and the logos that owners upload. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('connect_apps')
    .addColumn('search_text', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
  await db
    .withTables<Before>()
    .updateTable('connect_apps')
    .set({ search_text: sql`lower(coalesce(friendly_name, '') || ' ' || sid)` })
    .execute();
  // A search reads the account's part of this index alone, and then the rows that match.
  await db.schema
    .createIndex('connect_apps_by_search')
    .ifNotExists()
    .on('connect_apps')
    .columns(['account_sid', 'created_at', 'sid', 'search_text'])
    .execute();

  await db.schema
    .createTable('connect_app_logos')
    .ifNotExists()
    .addColumn('account_sid', 'text', (column) => column.notNull())
    .addColumn('connect_app_sid', 'text', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('base64', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('connect_app_logos_key', ['account_sid', 'connect_app_sid'])
    .execute();
  // Browsers ask for a logo by the app alone.
  await db.schema
    .createIndex('connect_app_logos_by_app')
    .ifNotExists()
    .on('connect_app_logos')
    .columns(['connect_app_sid'])
    .execute();

  // Who authorized an app, as its owner sees it: now, and earlier.
  await db.schema
    .createIndex('authorizations_of_app_live')
    .ifNotExists()
    .on('authorizations')
    .columns(['connect_app_sid', 'created_at', 'account_sid', 'revoked_at'])
    .where(sql.ref('revoked_at'), 'is', null)
    .execute();
  await db.schema
    .createIndex('authorizations_of_app_ended')
    .ifNotExists()
    .on('authorizations')
    .columns(['connect_app_sid', 'revoked_at', 'account_sid'])
    .where(sql.ref('revoked_at'), 'is not', null)
    .execute();
}
