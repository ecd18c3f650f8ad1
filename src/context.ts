/** The dependencies of the domain: created once in server/app.ts and passed to every operation. */

import type { Clock } from './clock.ts';
import type { Keyring } from './keys/keyring.ts';
import type { Report } from './observability/events.ts';
import type { PasswordCost } from './password-cost.ts';
import type { Random } from './random.ts';
import type { Database, Queryable } from './storage/database.ts';

export interface Context {
  database: Database;
  keyring: Keyring;
  clock: Clock;
  /** Identifiers and secrets are made of it. */
  random: Random;
  /** What hashing a new password costs. */
  passwordCost: PasswordCost;
  report: Report;
  /** Who acts; known once the transaction has checked it. For the audit trail. */
  actor: () => Actor;
}

/** Who makes a change, and from where. */
export interface Actor {
  source: 'web' | 'api' | 'cli' | 'admin' | 'server';
  /** The user, the account or the key of the admin API; null for the command line and the server itself. */
  sid: string | null;
  /** The address of the request; null for the command line and the server itself. */
  address: string | null;
  /** Whether a Connect App acts for the account. */
  isApp?: boolean;
}

/** The server itself, as when it creates its demo data. */
export const SERVER: Actor = { source: 'server', sid: null, address: null };
/** Whoever has a shell on the machine. */
export const COMMAND_LINE: Actor = { source: 'cli', sid: null, address: null };

/**
 * Returns a context that acts for a caller. Each of its transactions begins with `check`, which reads the
 * current rows, and returns who acts or raises the reason if they may not.
 */
export function acting(context: Context, check: (query: Queryable) => Promise<Actor>): Context {
  const { database } = context;
  let actor: Actor | undefined;
  return {
    ...context,
    actor: () => actor ?? context.actor(),
    database: {
      ...database,
      transaction: (work) =>
        database.transaction(async (transaction) => {
          actor = await check(transaction);
          return work(transaction);
        }),
    },
  };
}
