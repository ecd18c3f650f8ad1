/**
 * Group commit: transactions that wait for the one writer run one after the other inside a single
 * commit, so that they share one sync to disk. A failure reaches only the caller that it belongs to: one
 * that has written nothing is left out; after any other none is kept, and each runs again alone.
 */

import type { Kysely, Transaction } from 'kysely';
import type { Schema } from './schema.ts';

type Work<T> = (transaction: Transaction<Schema>) => Promise<T>;

interface Waiting {
  work: Work<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

const LARGEST_BATCH = 64;

export interface Writer {
  query: Kysely<Schema>;
  /** How many rows its connection has changed so far. */
  changes(): number;
  /** Is called with each transaction before any work runs in it. */
  onBegin(transaction: Transaction<Schema>): void;
  /** Whether its transaction is still open: a full disk ends it. */
  isOpen(): boolean;
  /** Is called after each commit, before any of its callers is answered. */
  onCommit(): void;
}

/** Returns the function that runs a transaction on a writer, in the order of the calls. */
export function groupCommit(writer: Writer): <T>(work: Work<T>) => Promise<T> {
  let waiting: Waiting[] = [];
  let isRunning = false;

  async function drain(): Promise<void> {
    await commit(writer, takeBatch);
    isRunning = waiting.length > 0;
    // Let reads run in between.
    if (isRunning) setImmediate(drain);
  }

  function takeBatch(): Waiting[] {
    const batch = waiting.slice(0, LARGEST_BATCH);
    waiting = waiting.slice(LARGEST_BATCH);
    return batch;
  }

  return function transaction<T>(work: Work<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let result: { value: T } | undefined;
      waiting.push({
        work: async (transaction) => {
          result = { value: await work(transaction) };
        },
        resolve: () => result && resolve(result.value),
        reject,
      });
      if (isRunning) return;
      isRunning = true;
      // The next turn of the event loop: requests that arrived together are then all waiting.
      setImmediate(drain);
    });
  };
}

async function commit(writer: Writer, takeBatch: () => Waiting[]): Promise<void> {
  let begun: Waiting[] | undefined;
  const refused = new Map<Waiting, unknown>();
  try {
    await writer.query.transaction().execute(async (transaction) => {
      // Only now, so that the batch includes transactions that arrived while another process wrote.
      const batch = takeBatch();
      begun = batch;
      writer.onBegin(transaction);
      for (const waiter of batch) {
        const changes = writer.changes();
        try {
          await waiter.work(transaction);
        } catch (error) {
          if (!writer.isOpen() || writer.changes() !== changes) throw error;
          refused.set(waiter, error);
        }
      }
    });
  } catch (error) {
    // A batch that could not begin would not begin alone either.
    const isAlone = begun === undefined || begun.length === 1;
    for (const waiter of begun ?? takeBatch()) {
      if (isAlone) waiter.reject(error);
      else await commit(writer, () => [waiter]);
    }
    return;
  }
  writer.onCommit();
  for (const waiter of begun ?? []) {
    if (refused.has(waiter)) waiter.reject(refused.get(waiter));
    else waiter.resolve(undefined);
  }
}
