import type { Kysely } from 'kysely';

/** What stands in for Twilio's other resources: one table for all of them, since none has a rule of its own in SQL. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('stand_ins')
    .ifNotExists()
    .addColumn('account_sid', 'text', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('sid', 'text', (column) => column.notNull())
    .addColumn('parent_sid', 'text', (column) => column.notNull())
    .addColumn('properties', 'text', (column) => column.notNull())
    .addColumn('sent', 'text', (column) => column.notNull())
    .addColumn('due_at', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('stand_ins_key', ['account_sid', 'type', 'sid'])
    .execute();
  await db.schema
    .createIndex('stand_ins_by_age')
    .ifNotExists()
    .on('stand_ins')
    .columns(['account_sid', 'type', 'created_at', 'sid'])
    .execute();
  await db.schema
    .createIndex('stand_ins_by_parent')
    .ifNotExists()
    .on('stand_ins')
    .columns(['account_sid', 'type', 'parent_sid', 'created_at', 'sid'])
    .execute();
  // What goes on by itself: the next to do so first.
  await db.schema
    .createIndex('stand_ins_due')
    .ifNotExists()
    .on('stand_ins')
    .columns(['due_at', 'account_sid', 'type', 'sid'])
    .where('due_at', 'is not', null)
    .execute();
}
