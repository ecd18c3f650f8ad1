/** The runs of this process: in the background, a few at once, ended with the process. */

import type { Context } from '../context.ts';
import type { Logger } from '../observability/logger.ts';
import type { GuardedClient } from '../outgoing/guarded-client.ts';
import { Problem } from '../problem.ts';
import type { FlowRun } from './flow-run.ts';
import {
  type AppKey,
  type Begun,
  beginRun,
  finishRun,
  keepChecks,
  removeLeftRuns,
} from './operations.ts';
import { play } from './player.ts';

/** Runs of this process at once. */
const AT_ONCE = 8;
/** Runs that another process left, which are removed before one begins. */
const REMOVED_AT_ONCE = 10;

export interface FlowRunner {
  /**
   * Begins a run for somebody who acts in `acting`, and returns at once. Raises as `beginRun` does, and
   * `too_many_requests` when this process plays too many.
   */
  start(acting: Context, app: AppKey): Promise<FlowRun>;
  /** Begins no more, interrupts those that play, and resolves when their customers are removed. */
  close(): Promise<void>;
}

/** Creates the runner; it closes the client. */
export function createFlowRunner(
  context: Context,
  client: GuardedClient,
  logger: Logger,
): FlowRunner {
  const playing = new Set<Promise<void>>();
  let beginning = 0;
  let isClosed = false;

  function playInBackground(begun: Begun): void {
    const { run } = begun;
    const keep = (checks: Parameters<typeof keepChecks>[2]) => keepChecks(context, run, checks);
    const one = play({ context, client, keep }, begun)
      .then(
        (): 'done' | 'interrupted' => (isClosed ? 'interrupted' : 'done'),
        (error: unknown): 'interrupted' => {
          logger.error({ err: error, flowRunSid: run.sid }, 'A run of Try the flow failed');
          return 'interrupted';
        },
      )
      .then((state) => finishRun(context, run, state))
      .catch((error: unknown) => {
        // Its time ends by itself: then the customer is removed.
        logger.error(
          { err: error, flowRunSid: run.sid },
          'A run of Try the flow could not be ended',
        );
      })
      .then(() => {
        playing.delete(one);
      });
    playing.add(one);
  }

  return {
    async start(acting, app) {
      if (isClosed || playing.size + beginning >= AT_ONCE) {
        throw new Problem('too_many_requests', 'Too many runs are under way. Try again soon.');
      }
      beginning += 1;
      try {
        await removeLeftRuns(context, REMOVED_AT_ONCE);
        const begun = await beginRun(acting, app);
        playInBackground(begun);
        return begun.run;
      } finally {
        beginning -= 1;
      }
    },
    async close() {
      isClosed = true;
      client.close();
      await Promise.all(playing);
    },
  };
}
