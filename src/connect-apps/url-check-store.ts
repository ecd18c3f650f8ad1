/** The SQL of what asking an app's URLs showed. */

import type { Queryable } from '../storage/database.ts';
import type { UrlCheck } from './url-check.ts';

interface Key {
  accountSid: string;
  connectAppSid: string;
}

/** The latest check of each kind. */
export async function listUrlChecks(query: Queryable, key: Key): Promise<UrlCheck[]> {
  return query
    .selectFrom('url_checks')
    .select([
      'kind',
      'url',
      'status',
      'failure',
      'duration_ms as durationMs',
      'checked_at as checkedAt',
    ])
    .where('account_sid', '=', key.accountSid)
    .where('connect_app_sid', '=', key.connectAppSid)
    .execute();
}

/** Keeps a check instead of the one before. */
export async function putUrlCheck(
  query: Queryable,
  { accountSid, connectAppSid }: Key,
  { kind, ...check }: UrlCheck,
): Promise<void> {
  const columns = {
    url: check.url,
    status: check.status,
    failure: check.failure,
    duration_ms: check.durationMs,
    checked_at: check.checkedAt,
  };
  await query
    .insertInto('url_checks')
    .values({ account_sid: accountSid, connect_app_sid: connectAppSid, kind, ...columns })
    .onConflict((conflict) =>
      conflict.columns(['account_sid', 'connect_app_sid', 'kind']).doUpdateSet(columns),
    )
    .execute();
}

/** Removes up to `limit` checks made before a time; returns how many. */
export async function purgeUrlChecks(
  query: Queryable,
  before: number,
  limit: number,
): Promise<number> {
  const rows = await query
    .selectFrom('url_checks')
    .select(['account_sid', 'connect_app_sid', 'kind'])
    .where('checked_at', '<', before)
    .limit(limit)
    .execute();
  for (const { account_sid, connect_app_sid, kind } of rows) {
    await query
      .deleteFrom('url_checks')
      .where('account_sid', '=', account_sid)
      .where('connect_app_sid', '=', connect_app_sid)
      .where('kind', '=', kind)
      .execute();
  }
  return rows.length;
}
