/** Lets time pass for stand-ins: their statuses go on by the server's clock, on whatever process is there. */

import type { Context } from '../context.ts';
import type { Logger } from '../observability/logger.ts';
import { BEHAVIOURS } from './behaviours.ts';
import type { StandIn } from './stand-in.ts';
import { findDue, findStandIn, updateStandInRow } from './store.ts';

const LOOK_MS = 200;
const CHUNK = 100;

export interface StandInClock {
  stop(): Promise<void>;
}

/** Begins to advance what is due; a failure is logged and tried again. */
export function startStandInClock(context: Context, logger: Logger): StandInClock {
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= advanceDue(context)
      .catch((error: unknown) => logger.error({ err: error }, 'Stand-ins could not go on'))
      .finally(() => {
        running = undefined;
      });
  }, LOOK_MS);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

/** Advances everything that is due by now, each in a transaction of its own. */
export async function advanceDue(context: Context): Promise<void> {
  const due = await findDue(context.database.query, context.clock.now(), CHUNK);
  for (const standIn of due) await advance(context, standIn);
}

async function advance({ database, clock }: Context, due: StandIn): Promise<void> {
  const now = clock.now();
  await database.transaction(async (transaction) => {
    const standIn = await findStandIn(transaction, due);
    const { advance: step, dueAt } = BEHAVIOURS[due.type] ?? {};
    // Another process may have been first, or a request.
    if (standIn?.dueAt !== due.dueAt || step === undefined) return;
    const properties = step(standIn.properties, now);
    const next = dueAt?.({ properties, sent: standIn.sent }, now) ?? null;
    await updateStandInRow(transaction, standIn, { properties, dueAt: next });
  });
}
