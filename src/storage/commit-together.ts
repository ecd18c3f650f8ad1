/**
 * Group commit: transactions that wait for the one writer run one after the other inside a single
 * commit, so that they share one sync to disk. When one of them fails, none is kept, and each runs
 * again alone: a failure reaches only the caller that it belongs to.
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

/**
 * Returns the function that runs a transaction on `writer`, in the order of the calls. `onCommit` is
 * called after each commit, before any of its callers is answered.
 */
export function commitTogether(
  writer: Kysely<Schema>,
  onCommit: () => void,
): <T>(work: Work<T>) => Promise<T> {
  let waiting: Waiting[] = [];
  let isRunning = false;

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, LARGEST_BATCH);
      waiting = waiting.slice(LARGEST_BATCH);
      await commit(writer, batch, onCommit);
    }
    isRunning = false;
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

async function commit(
  writer: Kysely<Schema>,
  batch: Waiting[],
  onCommit: () => void,
): Promise<void> {
  try {
    await writer.transaction().execute(async (transaction) => {
      for (const one of batch) await one.work(transaction);
    });
  } catch (error) {
    const [only, ...others] = batch;
    if (others.length === 0) only?.reject(error);
    else for (const one of batch) await commit(writer, [one], onCommit);
    return;
  }
  onCommit();
  for (const one of batch) one.resolve(undefined);
}
