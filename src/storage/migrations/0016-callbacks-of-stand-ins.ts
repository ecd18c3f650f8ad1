import type { Kysely } from 'kysely';

/** Callbacks of stand-ins: what each sends, and whether an account or an app is called. And which are old. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('callbacks').addColumn('parameters', 'text').execute();
  await db.schema
    .alterTable('stand_ins')
    .addColumn('caller', 'text', (column) => column.notNull().defaultTo('account'))
    .execute();
  await db.schema
    .createIndex('stand_ins_by_time')
    .ifNotExists()
    .on('stand_ins')
    .columns(['type', 'created_at'])
    .execute();
}
