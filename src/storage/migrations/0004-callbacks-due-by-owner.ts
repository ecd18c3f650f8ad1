import type { Kysely } from 'kysely';

/** Callbacks are taken from each owner in turn: which owners have any that wait, and which of theirs are due. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex('callbacks_due_by_owner')
    .ifNotExists()
    .on('callbacks')
    .columns(['account_sid', 'next_attempt_at', 'sid'])
    .where('next_attempt_at', 'is not', null)
    .execute();
}
