import { type Kysely, sql } from 'kysely';

/** The callbacks of one app by state, tests and resends among them, and what was found out about its URLs. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('callbacks')
    .addColumn('kind', 'text', (column) => column.notNull().defaultTo('deauthorization'))
    .execute();
  await db.schema
    .createIndex('callbacks_of_app')
    .ifNotExists()
    .on('callbacks')
    .columns(['account_sid', 'connect_app_sid', 'created_at', 'sid'])
    .execute();
  await db.schema
    .createIndex('callbacks_of_app_by_status')
    .ifNotExists()
    .on('callbacks')
    .columns(['account_sid', 'connect_app_sid', 'status', 'created_at', 'sid'])
    .execute();
  await db.schema
    .createIndex('callbacks_failed')
    .ifNotExists()
    .on('callbacks')
    .columns(['account_sid', 'created_at', 'connect_app_sid'])
    .where(sql.ref('status'), '=', 'failed')
    .execute();
  // A resend adds to what is due of its app only while that is little.
  await db.schema
    .createIndex('callbacks_due_of_app')
    .ifNotExists()
    .on('callbacks')
    .columns(['account_sid', 'connect_app_sid', 'next_attempt_at'])
    .where('next_attempt_at', 'is not', null)
    .execute();
  await db.schema
    .createIndex('callbacks_tests')
    .ifNotExists()
    .on('callbacks')
    .columns(['account_sid', 'connect_app_sid', 'created_at', 'sid'])
    .where(sql.ref('kind'), '=', 'test')
    .execute();

  await db.schema
    .createTable('callback_resends')
    .ifNotExists()
    .addColumn('account_sid', 'text', (column) => column.notNull())
    .addColumn('sid', 'text', (column) => column.notNull())
    .addColumn('connect_app_sid', 'text', (column) => column.notNull())
    .addColumn('status_filter', 'text')
    .addColumn('since', 'bigint', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('matched', 'integer', (column) => column.notNull())
    .addColumn('sent', 'integer', (column) => column.notNull())
    .addColumn('skipped', 'integer', (column) => column.notNull())
    .addColumn('behind_created_at', 'bigint', (column) => column.notNull())
    .addColumn('behind_sid', 'text', (column) => column.notNull())
    .addColumn('next_step_at', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('callback_resends_key', ['account_sid', 'sid'])
    .execute();
  await db.schema
    .createIndex('callback_resends_of_app')
    .ifNotExists()
    .on('callback_resends')
    .columns(['account_sid', 'connect_app_sid', 'created_at', 'sid'])
    .execute();
  await db.schema
    .createIndex('callback_resends_due')
    .ifNotExists()
    .on('callback_resends')
    .columns(['next_step_at', 'sid'])
    .where('next_step_at', 'is not', null)
    .execute();
  await db.schema
    .createIndex('callback_resends_by_time')
    .ifNotExists()
    .on('callback_resends')
    .columns(['created_at'])
    .execute();

  await db.schema
    .createTable('flow_runs')
    .ifNotExists()
    .addColumn('account_sid', 'text', (column) => column.notNull())
    .addColumn('sid', 'text', (column) => column.notNull())
    .addColumn('connect_app_sid', 'text', (column) => column.notNull())
    .addColumn('customer_sid', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('checks', 'text', (column) => column.notNull())
    .addColumn('live_until', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('flow_runs_key', ['account_sid', 'sid'])
    .execute();
  await db.schema
    .createIndex('flow_runs_by_age')
    .ifNotExists()
    .on('flow_runs')
    .columns(['account_sid', 'created_at', 'sid'])
    .execute();
  await db.schema
    .createIndex('flow_runs_of_app')
    .ifNotExists()
    .on('flow_runs')
    .columns(['account_sid', 'connect_app_sid', 'created_at', 'sid'])
    .execute();
  // Their played customers are still there.
  await db.schema
    .createIndex('flow_runs_live')
    .ifNotExists()
    .on('flow_runs')
    .columns(['live_until', 'account_sid', 'sid'])
    .where('live_until', 'is not', null)
    .execute();
  await db.schema
    .createIndex('flow_runs_by_time')
    .ifNotExists()
    .on('flow_runs')
    .columns(['created_at'])
    .execute();

  await db.schema
    .createTable('url_checks')
    .ifNotExists()
    .addColumn('account_sid', 'text', (column) => column.notNull())
    .addColumn('connect_app_sid', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('url', 'text', (column) => column.notNull())
    .addColumn('status', 'integer')
    .addColumn('failure', 'text')
    .addColumn('duration_ms', 'bigint', (column) => column.notNull())
    .addColumn('checked_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('url_checks_key', ['account_sid', 'connect_app_sid', 'kind'])
    .execute();
  await db.schema
    .createIndex('url_checks_by_time')
    .ifNotExists()
    .on('url_checks')
    .columns(['checked_at'])
    .execute();
}
