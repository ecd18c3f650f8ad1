/** The callbacks that fail, over all accounts: for operators. */

import type { Context } from '../context.ts';
import type { Slice } from '../storage/keyset.ts';
import type { Attempt, Callback } from './callback.ts';
import { listFailingCallbacks } from './failing-store.ts';
import { listAttempts } from './store.ts';

export interface FailingCallback extends Callback {
  lastAttempt: Attempt | undefined;
}

/** All callbacks that have failed at least once and are not delivered, newest first. */
export function listingOfFailing(context: Context) {
  const { query } = context.database;
  return {
    scope: 'FailingCallbacks',
    async slice(slice: Slice): Promise<FailingCallback[]> {
      const callbacks = await listFailingCallbacks(query, slice);
      return Promise.all(
        callbacks.map(async (callback) => ({
          ...callback,
          lastAttempt: (await listAttempts(query, callback)).at(-1),
        })),
      );
    },
  };
}
