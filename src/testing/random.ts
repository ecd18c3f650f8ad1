/** Randomness of a seed, which can go back to where it began. */

import { createHash } from 'node:crypto';
import { type Random, systemRandom } from '../random.ts';

export interface RewindableRandom extends Random {
  /** How many times it was asked; `rewind` goes back there. */
  position(): number;
  rewind(position: number): void;
}

/** The bytes of a seed, in a stream of their own for each `name`; the system's without a seed. */
export function createRandom(seed: number | undefined, name: string): RewindableRandom {
  let calls = 0;
  return {
    bytes(count) {
      calls += 1;
      if (seed === undefined) return systemRandom.bytes(count);
      const stream = createHash('shake256', { outputLength: count });
      return stream.update(`${seed} ${name} ${calls}`).digest();
    },
    position: () => calls,
    rewind(position) {
      calls = position;
    },
  };
}
