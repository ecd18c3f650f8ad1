/**
 * Randomness, as a value that is handed in, so that identifiers and secrets can be seeded. What must never
 * repeat, whatever the seed, is not taken from here: nonces of encryption, salts, owners of leases.
 */

import { randomBytes } from 'node:crypto';

export interface Random {
  /** The next random bytes. */
  bytes(count: number): Buffer;
}

export const systemRandom: Random = { bytes: (count) => randomBytes(count) };
