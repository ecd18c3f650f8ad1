import type { Kysely } from 'kysely';

/** Callbacks of stand-ins: what each sends, and whether an account or an app is called. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('callbacks').addColumn('parameters', 'text').execute();
  await db.schema
    .alterTable('stand_ins')
    .addColumn('caller', 'text', (column) => column.notNull().defaultTo('account'))
    .execute();
}
