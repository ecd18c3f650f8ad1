/**
 * The SQL of what goes for good: authorizations that ended long ago and whose app is gone, so that they
 * can never be renewed. Those whose app is there stay, and may be very many: they are gone through some
 * at a time.
 */

import type { Queryable } from '../storage/database.ts';
import { prepared } from '../storage/prepared.ts';
import type { AuthorizationKey } from './store.ts';

/** A place among what has ended, the longest ago first. */
export interface EndedKey extends AuthorizationKey {
  revokedAt: number;
}

/** The place before all of them. */
export const BEFORE_ALL_ENDED: EndedKey = { revokedAt: 0, accountSid: '', connectAppSid: '' };

type Row = EndedKey & { appSid: string | null };
type Range = Pick<EndedKey, keyof EndedKey> & { before: number; limit: number };

const selectEnded = prepared<Range, Row>((query, parameter) =>
  query
    .selectFrom('authorizations as authorization')
    .leftJoin('connect_apps as app', (join) =>
      join
        .onRef('app.account_sid', '=', 'authorization.app_owner_sid')
        .onRef('app.sid', '=', 'authorization.connect_app_sid'),
    )
    .select((row) => [
      'authorization.account_sid as accountSid',
      'authorization.connect_app_sid as connectAppSid',
      row.ref('authorization.revoked_at').$notNull().as('revokedAt'),
      'app.sid as appSid',
    ])
    .where('authorization.revoked_at', '<', parameter('before'))
    .where((row) =>
      row(
        row.refTuple(
          'authorization.revoked_at',
          'authorization.account_sid',
          'authorization.connect_app_sid',
        ),
        '>',
        row.tuple(parameter('revokedAt'), parameter('accountSid'), parameter('connectAppSid')),
      ),
    )
    .orderBy('authorization.revoked_at')
    .orderBy('authorization.account_sid')
    .orderBy('authorization.connect_app_sid')
    .limit(parameter('limit')),
);

/**
 * Looks at the next `limit` authorizations after a place that ended before a time: which of them can go,
 * and where to go on; undefined at the end.
 */
export async function findPurgeable(
  query: Queryable,
  before: number,
  limit: number,
  after: EndedKey,
): Promise<{ keys: AuthorizationKey[]; next: EndedKey | undefined }> {
  const rows = await selectEnded(query, { ...after, before, limit });
  return {
    keys: rows.filter((row) => row.appSid === null),
    next: rows.length < limit ? undefined : rows.at(-1),
  };
}

/** Removes authorizations, unless they have been renewed. */
export async function deleteEnded(
  query: Queryable,
  keys: readonly AuthorizationKey[],
): Promise<void> {
  for (const { accountSid, connectAppSid } of keys) {
    await query
      .deleteFrom('authorizations')
      .where('account_sid', '=', accountSid)
      .where('connect_app_sid', '=', connectAppSid)
      .where('revoked_at', 'is not', null)
      .execute();
  }
}
