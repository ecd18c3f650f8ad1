/** Expensive work in turns: so much at once, so much waiting, and no more. */

import { Problem } from '../problem.ts';

export interface Turns {
  /** Does the work when its turn comes, first come first served; raises `overloaded` when too much waits. */
  take<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** Creates turns for `atOnce` pieces of work, with `waiting` more allowed to wait. */
export function createTurns({ atOnce, waiting }: { atOnce: number; waiting: number }): Turns {
  const queue: (() => void)[] = [];
  let free = atOnce;

  return {
    async take(work) {
      if (free > 0) free -= 1;
      else if (queue.length < waiting) await new Promise<void>((begin) => queue.push(begin));
      else throw new Problem('overloaded');
      try {
        return await work();
      } finally {
        // The turn goes straight to the next, so that nobody can come in between.
        const next = queue.shift();
        if (next) next();
        else free += 1;
      }
    },
  };
}
