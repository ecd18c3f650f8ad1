/**
 * Loaded by test/run.ts into the process of each file: it ends one that something keeps alive, such as a client that
 * goes on asking after its test has failed. node:test's own time-out is for a test, not for what a test leaves behind.
 */

import { isMainThread } from 'node:worker_threads';

/** More than any file takes on a slow machine. */
const LIMIT_MS = 25 * 60_000;

// The runner has this, too, and lives longer.
if (process.env.NODE_TEST_CONTEXT !== undefined && isMainThread) {
  setTimeout(() => {
    process.stderr.write(`Still open: ${process.getActiveResourcesInfo().join(', ')}\n`);
    process.exit(1);
  }, LIMIT_MS).unref();
}
