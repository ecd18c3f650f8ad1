/** The SQL of callbacks and their attempts. */

import type { Queryable } from '../storage/database.ts';
import type { Callback } from './callback.ts';

/** Adds callbacks, in the transaction of the change that they tell. */
export async function insertCallbacks(
  query: Queryable,
  callbacks: readonly Callback[],
): Promise<void> {
  await query
    .insertInto('callbacks')
    .values(
      callbacks.map((callback) => ({
        account_sid: callback.accountSid,
        sid: callback.sid,
        connect_app_sid: callback.connectAppSid,
        subaccount_sid: callback.subaccountSid,
        url: callback.url,
        method: callback.method,
        receiver: new URL(callback.url).host,
        status: callback.status,
        attempts_made: callback.attemptsMade,
        next_attempt_at: callback.nextAttemptAt,
        created_at: callback.createdAt,
        updated_at: callback.updatedAt,
      })),
    )
    .execute();
}
