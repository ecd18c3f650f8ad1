/** The dependencies of the domain: created once in server/app.ts and passed to every operation. */

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
 * Returns a context that acts for a caller. Each of its transactions begins with `check`, which reads the
 * current rows and raises the reason if the caller may not act.
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
