/** The SQL of uploaded logos. */

import type { Selectable } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import type { ConnectAppLogosTable } from '../storage/schema.ts';

type Row = Selectable<ConnectAppLogosTable>;

/** Adds the logo of an app, or replaces it. */
export async function putLogo(query: Queryable, logo: Row): Promise<void> {
  const { account_sid: _, connect_app_sid: __, ...columns } = logo;
  await query
    .insertInto('connect_app_logos')
    .values(logo)
    .onConflict((conflict) =>
      conflict.columns(['account_sid', 'connect_app_sid']).doUpdateSet(columns),
    )
    .execute();
}

/** The logo of an app with this digest, without a caller: everybody may see it. */
export async function findLogo(
  query: Queryable,
  connectAppSid: string,
  digest: string,
): Promise<Row | undefined> {
  return query
    .selectFrom('connect_app_logos')
    .selectAll()
    .where('connect_app_sid', '=', connectAppSid)
    .where('digest', '=', digest)
    .executeTakeFirst();
}

/** Removes the logo of an app, if it has one. */
export async function deleteLogo(
  query: Queryable,
  key: { accountSid: string; sid: string },
): Promise<void> {
  await query
    .deleteFrom('connect_app_logos')
    .where('account_sid', '=', key.accountSid)
    .where('connect_app_sid', '=', key.sid)
    .execute();
}
