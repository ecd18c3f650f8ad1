/**
 * Writes the record of requests: what came is gathered in memory, and written once a second in one
 * transaction. A database that is away or slow delays no request: what cannot be written is dropped, and
 * counted.
 */

import type { Context } from '../context.ts';
import type { Logger } from '../observability/logger.ts';
import type { Queryable } from '../storage/database.ts';
import { type Batch, createRequestBuffer, type RequestBuffer } from './buffer.ts';
import { findRecordsOf } from './claims-store.ts';
import { addCounts } from './count-store.ts';
import { putLastUses } from './last-use-store.ts';
import { createLastUses, type LastUses } from './last-uses.ts';
import { trimRequests } from './purge-store.ts';
import { insertRequests } from './store.ts';

const WRITE_MS = 1000;
/** Rows of one account that are written before those beyond its ring are removed. */
const TRIM_EVERY = 200;
/** Twice of that, so that what is left over becomes less. */
const TRIM_CHUNK = 400;
/** Accounts whose rows are counted. */
const MAX_WRITTEN = 10_000;
/** How long a server that stops waits for its last write. */
const LAST_WRITE_MS = 2000;
/** A database that stays away is not worth a line each second. */
const LOG_EVERY_MS = 60_000;

export interface Recorder {
  /** Counts a request, and perhaps keeps it. */
  push: RequestBuffer['push'];
  /** Notes that a token or an authorization was used. */
  noteUse: LastUses['note'];
  /** Writes what has come so far. */
  flush(): Promise<void>;
  /** Writes what is left, unless the database is away, and ends. */
  stop(): Promise<void>;
}

export interface RecorderParts {
  logger: Logger;
  /** Takes how many requests are missing from the record. */
  observeLost: (count: number) => void;
  trimEvery?: number;
}

/** Starts to write, until it is stopped. */
export function startRecorder(
  { database }: Pick<Context, 'database'>,
  { logger, observeLost, trimEvery = TRIM_EVERY }: RecorderParts,
): Recorder {
  const buffer = createRequestBuffer();
  const uses = createLastUses();
  /** Rows written of each account since its ring was last trimmed. */
  const written = new Map<string, number>();
  let writing: Promise<void> | undefined;
  let loggedAt = Number.NEGATIVE_INFINITY;

  async function write(): Promise<void> {
    const batch = buffer.take() ?? { requests: [], counters: [], lost: 0 };
    const lastUses = uses.take();
    if (batch.lost > 0) observeLost(batch.lost);
    if (batch.requests.length + batch.counters.length + lastUses.length === 0) return;
    try {
      await database.append(async (query) => {
        const { requests, counters } = await settleClaims(query, batch);
        await insertRequests(query, requests);
        await addCounts(query, counters);
        await putLastUses(query, lastUses.sort(inOrder));
      });
      for (const { accountSid } of batch.requests) {
        written.set(accountSid, (written.get(accountSid) ?? 0) + 1);
      }
      await trimRings();
    } catch (error) {
      observeLost(batch.counters.reduce((sum, one) => sum + totalOf(one), 0));
      if (performance.now() - loggedAt < LOG_EVERY_MS) return;
      loggedAt = performance.now();
      logger.error({ err: error }, 'The record of requests could not be written; some are lost');
    }
  }

  async function trimRings(): Promise<void> {
    for (const [accountSid, count] of written) {
      if (count < trimEvery) continue;
      written.delete(accountSid);
      await database.append((query) => trimRequests(query, accountSid, TRIM_CHUNK));
    }
    // Whatever is forgotten here, the purge finds.
    if (written.size > MAX_WRITTEN) written.clear();
  }

  function writeUnlessWriting(): Promise<void> {
    writing ??= write().finally(() => {
      writing = undefined;
    });
    return writing;
  }

  const timer = setInterval(writeUnlessWriting, WRITE_MS).unref();
  return {
    push: buffer.push,
    noteUse: uses.note,
    flush: () => (writing ?? Promise.resolve()).then(writeUnlessWriting),
    async stop() {
      clearInterval(timer);
      let limit: NodeJS.Timeout | undefined;
      const tooLate = new Promise<void>((resolve) => {
        limit = setTimeout(resolve, LAST_WRITE_MS);
      });
      const all = (writing ?? Promise.resolve()).then(writeUnlessWriting);
      await Promise.race([all, tooLate]);
      clearTimeout(limit);
    },
  };
}

/** Leaves out what claims an account that does not exist, and gives the rest to whom it belongs. */
async function settleClaims(query: Queryable, batch: Batch): Promise<Omit<Batch, 'lost'>> {
  const claims = [...batch.requests, ...batch.counters].filter((one) => one.isClaimed);
  if (claims.length === 0) return batch;
  const sids = new Set(claims.map((one) => one.accountSid));
  const records = await findRecordsOf(query, [...sids]);
  const settle = <T extends { accountSid: string; isClaimed: boolean }>(one: T): T[] => {
    if (!one.isClaimed) return [one];
    return (records.get(one.accountSid) ?? []).map((accountSid) => ({ ...one, accountSid }));
  };
  return { requests: batch.requests.flatMap(settle), counters: batch.counters.flatMap(settle) };
}

function totalOf({ answered, refused, failed }: Batch['counters'][number]): number {
  return answered + refused + failed;
}

/** Two processes then lock rows in the same order. */
function inOrder(
  one: { accountSid: string; what: string },
  other: { accountSid: string; what: string },
): number {
  const [key, otherKey] = [`${one.accountSid} ${one.what}`, `${other.accountSid} ${other.what}`];
  if (key === otherKey) return 0;
  return key < otherKey ? -1 : 1;
}
