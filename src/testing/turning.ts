/** Turning a world's clock: everything that becomes due is done, at its own time, before the turn is over. */

import type { App } from '../server/app.ts';
import { findNextDueAt } from '../server/due.ts';
import { parseSpan, parseTime, type TurnableClock } from './clock.ts';
import type { Done, WorldClock } from './types.ts';

/** Steps without any progress, after which something cannot be done. */
const MAX_IDLE_STEPS = 1000;

export interface TurningParts {
  app: App;
  clock: TurnableClock;
  /** The attempts that were made since the world began. */
  done: readonly Done[];
}

export function createWorldClock({ app, clock, done }: TurningParts): WorldClock {
  async function turnTo(time: number) {
    if (time < clock.now())
      throw new RangeError('The clock turns forward only. reset() turns it back.');
    const doneBefore = done.length;
    const wasRunning = clock.isRunning();
    clock.freeze();
    try {
      await doUntil(time);
    } finally {
      if (wasRunning) clock.run();
    }
    return { now: new Date(clock.now()), done: done.slice(doneBefore) };
  }

  async function doUntil(time: number): Promise<void> {
    await app.settle();
    let idleSteps = 0;
    for (;;) {
      const dueAt = await findNextDueAt(app.context);
      if (dueAt === undefined || dueAt > time) break;
      idleSteps = dueAt > clock.now() ? 0 : idleSteps + 1;
      if (idleSteps > MAX_IDLE_STEPS) throw new Error('Something that is due cannot be done.');
      clock.turnTo(Math.max(dueAt, clock.now()));
      await app.settle();
    }
    clock.turnTo(time);
    await app.purge();
  }

  return {
    now: () => new Date(clock.now()),
    set: (to) => turnTo(parseTime(to)),
    advance: async (by) => turnTo(clock.now() + parseSpan(by)),
    freeze: clock.freeze,
    run: clock.run,
  };
}
