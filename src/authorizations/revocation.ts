/**
 * The end of authorizations, inside the transaction of whatever ends them: a revocation, a deleted
 * app, a closed account. Each that ends leaves the callback that tells the app's owner.
 */

import type { ConnectApp } from '../connect-apps/connect-app.ts';
import { findConnectApp } from '../connect-apps/store.ts';
import type { Queryable } from '../storage/database.ts';
import { createCallback } from '../webhooks/callback.ts';
import { insertCallbacks } from '../webhooks/store.ts';
import type { Authorization } from './authorization.ts';
import { type EndingFilter, endAuthorizationRows } from './store.ts';

/**
 * Revokes every authorization that the filter names and writes one callback for each, as the app is
 * configured now. What was revoked before is left alone, so a second call writes nothing.
 */
export async function endAuthorizations(
  transaction: Queryable,
  filter: EndingFilter,
  now: number,
): Promise<Authorization[]> {
  const ended = await endAuthorizationRows(transaction, filter, now);
  const apps = new Map<string, ConnectApp | undefined>();
  const callbacks = [];
  for (const { appOwnerSid: accountSid, connectAppSid: sid, subaccountSid } of ended) {
    if (!apps.has(sid)) apps.set(sid, await findConnectApp(transaction, { accountSid, sid }));
    const app = apps.get(sid);
    const callback = app && createCallback({ app, subaccountSid, now });
    if (callback) callbacks.push(callback);
  }
  if (callbacks.length > 0) await insertCallbacks(transaction, callbacks);
  return ended;
}
