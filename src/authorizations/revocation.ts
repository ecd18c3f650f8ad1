/**
 * The end of authorizations, inside the transaction that ends them: a revocation, a deleted app, a closed
 * account. Each ended authorization leaves a callback that notifies the app's owner.
 */

import { setImmediate } from 'node:timers/promises';
import { type Callback, createCallback } from '../callbacks/callback.ts';
import { insertCallbacks } from '../callbacks/store.ts';
import type { ConnectApp } from '../connect-apps/connect-app.ts';
import { findConnectApp } from '../connect-apps/store.ts';
import type { Random } from '../random.ts';
import type { Queryable } from '../storage/database.ts';
import { type EndingFilter, endAuthorizationRows } from './ending-store.ts';

/**
 * Revokes every authorization that the filter names, writes one callback for each, as the app is
 * configured now, and returns how many. What was revoked before is left alone, so a second call writes
 * nothing.
 */
export async function endAuthorizations(
  transaction: Queryable,
  filter: EndingFilter,
  { now, random }: { now: number; random: Random },
): Promise<number> {
  const apps = new Map<string, ConnectApp | undefined>();
  let count = 0;
  for await (const ended of endAuthorizationRows(transaction, filter, now)) {
    const callbacks: Callback[] = [];
    for (const { appOwnerSid: accountSid, connectAppSid: sid, subaccountSid } of ended) {
      if (!apps.has(sid)) apps.set(sid, await findConnectApp(transaction, { accountSid, sid }));
      const app = apps.get(sid);
      const url = app?.deauthorizeCallbackUrl;
      if (!url) continue;
      const method = app.deauthorizeCallbackMethod;
      callbacks.push(
        createCallback({ accountSid, connectAppSid: sid, subaccountSid, url, method, now, random }),
      );
    }
    await insertCallbacks(transaction, callbacks);
    count += ended.length;
    // SQLite works in this thread, so let other requests run in between.
    await setImmediate();
  }
  return count;
}
