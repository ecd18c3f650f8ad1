/** Identifiers for what tests write into the database themselves. */

import { systemRandom } from '../../src/random.ts';
import { createSid as createSidFrom, type SidPrefix } from '../../src/sid.ts';

export function createSid(prefix: SidPrefix): string {
  return createSidFrom(prefix, systemRandom);
}
