/**
 * The end of authorizations, inside the transaction that ends them: a revocation, a deleted app, a closed
 * account. Each ended authorization leaves a callback that notifies the app's owner.
 */

import { setImmediate } from 'node:timers/promises';
import type { Change, RecordChanges } from '../audit/record.ts';
import { type Callback, createCallback } from '../callbacks/callback.ts';
import { insertCallbacks } from '../callbacks/store.ts';
import type { ConnectApp } from '../connect-apps/connect-app.ts';
import { findConnectApp } from '../connect-apps/store.ts';
import type { Random } from '../random.ts';
import type { Queryable } from '../storage/database.ts';
import { type Ended, type EndingFilter, endAuthorizationRows } from './ending-store.ts';

interface Ending {
  now: number;
  random: Random;
  record: RecordChanges;
  /** Whose act it is: the customer's, or that of the app's owner. */
  by: 'customer' | 'owner';
}

/**
 * Revokes every authorization that the filter names, writes one callback for each, as the app is
 * configured now, records the end in the trails of both parties, and returns how many. What was revoked
 * before is left alone, so a second call writes nothing.
 */
export async function endAuthorizations(
  transaction: Queryable,
  filter: EndingFilter,
  { now, random, record, by }: Ending,
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
    await record(transaction, changesOf(ended, by));
    count += ended.length;
    // SQLite works in this thread, so let other requests run in between.
    await setImmediate();
  }
  return count;
}

/** Each party's own act is recorded as such; the other learns which side it was. */
function changesOf(ended: readonly Ended[], by: Ending['by']): Change[] {
  return ended.flatMap(({ accountSid, appOwnerSid, connectAppSid, subaccountSid }) => {
    const change = {
      eventType: 'authorization.revoked',
      resourceSid: connectAppSid,
      relatedSid: subaccountSid,
    } as const;
    return [
      { ...change, accountSid, ...(by === 'owner' && { source: by }) },
      { ...change, accountSid: appOwnerSid, ...(by === 'customer' && { source: by }) },
    ];
  });
}
