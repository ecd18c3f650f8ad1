import { type Kysely, sql } from 'kysely';
import { inByteOrder, lowerCase } from '../text-order.ts';

/**
 * Operators, who act for every account; the identities of a provider; and what operators look for over all
 * accounts: accounts and users by the beginning of a name, callbacks that fail.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('users')
    .addColumn('is_operator', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema.alterTable('users').addColumn('disabled_at', 'bigint').execute();
  await db.schema
    .createTable('provider_subjects')
    .ifNotExists()
    .addColumn('issuer', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('user_sid', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('provider_subjects_key', ['issuer', 'subject'])
    .execute();
  await db.schema
    .createIndex('provider_subjects_by_user')
    .ifNotExists()
    .on('provider_subjects')
    .columns(['user_sid'])
    .execute();
  await db.schema
    .createIndex('accounts_by_lower_name')
    .ifNotExists()
    .on('accounts')
    .expression(sql`${lowerCase(db, 'friendly_name')}, sid`)
    .execute();
  await db.schema
    .createIndex('users_by_text')
    .ifNotExists()
    .on('users')
    .expression(sql`${inByteOrder(db, 'email')}, sid`)
    .execute();
  // SQLite reads the whole row for a column that only the condition of an index names, so the index has them, too.
  await db.schema
    .createIndex('callbacks_failing')
    .ifNotExists()
    .on('callbacks')
    .columns(['created_at', 'sid', 'status', 'attempts_made'])
    .where(sql<boolean>`status <> 'delivered' and attempts_made > 0`)
    .execute();
}
