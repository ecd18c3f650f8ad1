/**
 * A semaphore for expensive work: at most so much runs at once, and at most so much waits. Askers take turns,
 * however many requests each one makes: someone who asks a thousand times waits behind someone who asks once.
 */

import { Problem } from '../problem.ts';

/** Someone who waits for a turn. */
export interface Asker {
  /** Those with one name share one place in the circle. */
  name: string;
  /** Whether the asker is known. Known askers have their own queue and every second turn. */
  isKnown: boolean;
  /** Whether nobody waits for the result any more. */
  isGone?: () => boolean;
}

export interface Semaphore {
  /**
   * Does the work when the asker's turn comes. Raises `overloaded` when too much waits: for what the greediest asker
   * sent last.
   */
  take<Result>(work: () => Promise<Result>, asker: Asker): Promise<Result>;
}

interface Waiting {
  isGone: () => boolean;
  begin(): void;
  refuse(error: Problem): void;
}

/** Creates turns for `atOnce` pieces of work, with `waiting` more of each kind of asker allowed to wait. */
export function createSemaphore({
  atOnce,
  waiting,
}: {
  atOnce: number;
  waiting: number;
}): Semaphore {
  const known = createCircle(waiting);
  const strangers = createCircle(waiting);
  let free = atOnce;
  // The queue whose turn it is; if it is empty, the other one goes.
  let turnOf = known;

  function next(): Waiting | undefined {
    const others = turnOf === known ? strangers : known;
    const waiter = turnOf.shift();
    if (waiter === undefined) return others.shift();
    turnOf = others;
    return waiter;
  }

  return {
    async take(work, { name, isKnown, isGone = () => false }) {
      if (free > 0) free -= 1;
      else {
        await new Promise<void>((begin, refuse) => {
          (isKnown ? known : strangers).push(name, { begin, refuse, isGone });
        });
      }
      try {
        if (isGone()) throw new Problem('overloaded');
        return await work();
      } finally {
        // The turn passes directly to the next waiter, so that nobody can get in between.
        const waiter = next();
        if (waiter) waiter.begin();
        else free += 1;
      }
    },
  };
}

/** A queue for each asker, one served after the other. */
function createCircle(limit: number) {
  // In the order in which their turns come.
  const queues = new Map<string, Waiting[]>();
  let count = 0;

  function dropGone(): void {
    for (const [name, queue] of queues) {
      const { gone = [], there = [] } = Object.groupBy(queue, (waiter) =>
        waiter.isGone() ? 'gone' : 'there',
      );
      for (const waiter of gone) waiter.refuse(new Problem('overloaded'));
      count -= gone.length;
      if (there.length > 0) queues.set(name, there);
      else queues.delete(name);
    }
  }

  function greediest(): Waiting[] {
    return [...queues.values()].reduce(
      (longest, queue) => (queue.length > longest.length ? queue : longest),
      [],
    );
  }

  return {
    push(name: string, waiting: Waiting): void {
      if (count === limit) dropGone();
      const queue = queues.get(name) ?? [];
      if (count === limit) {
        const most = greediest();
        const refused = most.length > queue.length + 1 ? most.pop() : waiting;
        refused?.refuse(new Problem('overloaded'));
        if (refused === waiting) return;
        count -= 1;
      }
      queue.push(waiting);
      queues.set(name, queue);
      count += 1;
    },
    shift(): Waiting | undefined {
      const [first] = queues;
      if (first === undefined) return undefined;
      const [name, queue] = first;
      const waiting = queue.shift();
      queues.delete(name);
      if (queue.length > 0) queues.set(name, queue);
      count -= 1;
      return waiting;
    },
  };
}
