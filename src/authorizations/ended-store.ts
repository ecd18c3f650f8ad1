/** The SQL of what has ended, as its customer sees it: what is not renewed stays here until the purge. */

import type { Selectable } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import { keysetList, type Parameter, type Slice } from '../storage/keyset.ts';
import type { AuthorizationsTable } from '../storage/schema.ts';
import type { EndedAuthorization } from './authorization.ts';
import { fromRow } from './store.ts';

interface Row extends Selectable<AuthorizationsTable> {
  friendly_name: string | null;
  company_name: string | null;
}

const list = keysetList({
  rows: (query, parameter: Parameter<{ accountSid: string }>) =>
    query
      .selectFrom('authorizations as authorization')
      .leftJoin('connect_apps as app', (join) =>
        join
          .onRef('app.account_sid', '=', 'authorization.app_owner_sid')
          .onRef('app.sid', '=', 'authorization.connect_app_sid'),
      )
      .selectAll('authorization')
      .select(['app.friendly_name', 'app.company_name'])
      .where('authorization.account_sid', '=', parameter('accountSid'))
      .where('authorization.revoked_at', 'is not', null),
  places: (query, parameter) =>
    query
      .selectFrom('authorizations as authorization')
      .select((row) => [
        row.ref('authorization.revoked_at').$notNull().as('createdAt'),
        'authorization.connect_app_sid as sid',
      ])
      .where('authorization.account_sid', '=', parameter('accountSid'))
      .where('authorization.revoked_at', 'is not', null),
  createdAt: 'authorization.revoked_at',
  sid: 'authorization.connect_app_sid',
});

/** A slice of what a customer authorized and no longer does, the latest end first. */
export async function listEndedAuthorizations(
  query: Queryable,
  accountSid: string,
  slice: Slice,
): Promise<EndedAuthorization[]> {
  return (await list.slice(query, { accountSid }, slice)).map(fromEndedRow);
}

function fromEndedRow(row: Row): EndedAuthorization {
  const authorization = fromRow(row);
  return {
    ...authorization,
    // The list has no other rows.
    revokedAt: authorization.revokedAt ?? 0,
    connectAppFriendlyName: row.friendly_name,
    connectAppCompanyName: row.company_name,
  };
}
