/**
 * Commits that wait for a standby which does not come. PostgreSQL keeps the process of each for as long
 * as it waits, also when its client has gone: every write would leave one more, until there is no
 * connection left to read with.
 */

import { type Kysely, sql } from 'kysely';
import { Problem } from '../problem.ts';
import { isAway } from './postgres-failures.ts';
import type { Schema } from './schema.ts';

/** How often the server is asked whether they wait still. */
const POLL_MS = 1000;

export interface StandbyWatch {
  /** Is called when a statement got no answer: it may be a commit that waits. */
  suspect(): void;
  /** Raises `storage_unavailable` while as many wait as this process may have connections. */
  check(): void;
  close(): void;
}

/** Keeps the number of waiting commits to about `limit`. */
export function watchStandby(query: Kysely<Schema>, limit: number): StandbyWatch {
  let waiting = 0;
  let timer: NodeJS.Timeout | undefined;

  async function countWaiting(): Promise<void> {
    const { rows } = await sql`
      select pid from pg_stat_activity where wait_event = 'SyncRep' and usename = current_user
      limit ${limit}`.execute(query);
    waiting = rows.length;
  }

  async function lookAgain(): Promise<void> {
    await countWaiting().catch((error: unknown) => {
      // An unreachable server reports nothing, so keep the last number. A server that denies access would
      // never report that the wait is over, and every write would be refused.
      if (!isAway(error)) waiting = 0;
    });
    if (waiting === 0) timer = undefined;
    timer?.refresh();
  }

  return {
    suspect() {
      waiting += 1;
      timer ??= setTimeout(lookAgain, POLL_MS).unref();
    },
    check() {
      if (waiting < limit) return;
      const detail = 'Commits get no answer: no standby of PostgreSQL confirms them.';
      throw new Problem('storage_unavailable', detail);
    },
    close() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
