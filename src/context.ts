/** What the domain works with: handed to every operation, made once in server/app.ts. */

import type { Clock } from './clock.ts';
import type { Keyring } from './keys/keyring.ts';
import type { Report } from './observability/events.ts';
import type { Random } from './random.ts';
import type { Database, Queryable } from './storage/database.ts';

export interface Context {
  database: Database;
  keyring: Keyring;
  clock: Clock;
  /** Identifiers and secrets are made of it. */
  random: Random;
  report: Report;
}

/**
 * Returns a context that acts for somebody: each of its transactions begins with `check`, which raises why
 * they may not, from the rows as they are then.
 */
export function acting(context: Context, check: (query: Queryable) => Promise<unknown>): Context {
  const { database } = context;
  return {
    ...context,
    database: {
      ...database,
      transaction: (work) =>
        database.transaction(async (transaction) => {
          await check(transaction);
          return work(transaction);
        }),
    },
  };
}
