import { type Kysely, sql } from 'kysely';

/** The trail of changes; roles, invitations and resets of passwords; where sessions began. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('audit_events')
    .ifNotExists()
    .addColumn('account_sid', 'text', (column) => column.notNull())
    .addColumn('sid', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('event_type', 'text', (column) => column.notNull())
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('actor_sid', 'text')
    .addColumn('changed_account_sid', 'text', (column) => column.notNull())
    .addColumn('resource_sid', 'text', (column) => column.notNull())
    .addColumn('related_sid', 'text')
    .addColumn('properties', 'text', (column) => column.notNull())
    .addColumn('source_ip_address', 'text')
    .addPrimaryKeyConstraint('audit_events_key', ['account_sid', 'sid'])
    .execute();
  for (const [name, columns] of [
    ['audit_events_by_age', []],
    ['audit_events_by_type', ['event_type']],
    ['audit_events_by_actor', ['actor_sid']],
    ['audit_events_by_resource', ['resource_sid']],
  ] as const) {
    await db.schema
      .createIndex(name)
      .ifNotExists()
      .on('audit_events')
      .columns(['account_sid', ...columns, 'created_at', 'sid'])
      .execute();
  }
  // The purge forgets where old events came from.
  await db.schema
    .createIndex('audit_events_with_address')
    .ifNotExists()
    .on('audit_events')
    .columns(['created_at', 'account_sid', 'sid', 'source_ip_address'])
    .where(sql.ref('source_ip_address'), 'is not', null)
    .execute();

  await db.schema
    .alterTable('memberships')
    .addColumn('role', 'text', (column) => column.notNull().defaultTo('owner'))
    .execute();
  await db.schema
    .alterTable('memberships')
    .addColumn('created_at', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema.alterTable('memberships').addColumn('disabled_at', 'bigint').execute();
  await db.schema
    .createIndex('memberships_by_age')
    .ifNotExists()
    .on('memberships')
    .columns(['account_sid', 'created_at', 'user_sid'])
    .execute();
  await db.schema.alterTable('users').addColumn('last_sign_in_at', 'bigint').execute();
  await db.schema.alterTable('sessions').addColumn('address', 'text').execute();
  await db.schema.alterTable('sessions').addColumn('browser', 'text').execute();

  await db.schema
    .createTable('invitations')
    .ifNotExists()
    .addColumn('account_sid', 'text', (column) => column.notNull())
    .addColumn('sid', 'text', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull().unique())
    .addColumn('email', 'text', (column) => column.notNull())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('invited_by', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('used_by', 'text')
    .addPrimaryKeyConstraint('invitations_key', ['account_sid', 'sid'])
    .execute();
  await db.schema
    .createIndex('invitations_by_age')
    .ifNotExists()
    .on('invitations')
    .columns(['account_sid', 'created_at', 'sid'])
    .execute();
  await db.schema
    .createIndex('invitations_by_end')
    .ifNotExists()
    .on('invitations')
    .columns(['expires_at'])
    .execute();
  await db.schema
    .createTable('password_resets')
    .ifNotExists()
    .addColumn('user_sid', 'text', (column) => column.notNull().primaryKey())
    .addColumn('digest', 'text', (column) => column.notNull().unique())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('password_resets_by_end')
    .ifNotExists()
    .on('password_resets')
    .columns(['expires_at'])
    .execute();
}
