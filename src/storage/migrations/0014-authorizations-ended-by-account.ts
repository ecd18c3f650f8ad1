import { type Kysely, sql } from 'kysely';

/** A customer reads what has ended, latest first: the index that the purge goes through has no account in front. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex('authorizations_ended_by_account')
    .ifNotExists()
    .on('authorizations')
    .columns(['account_sid', 'revoked_at', 'connect_app_sid'])
    .where(sql.ref('revoked_at'), 'is not', null)
    .execute();
}
