/** What only owners see: the same is asked again in the transaction of each change. */

import { Problem } from '../problem.ts';
import type { AccountVisit } from './console.ts';

/** Raises `access_denied` for a member: a page that only an owner can use is not shown to others. */
export function requireOwner({ role }: AccountVisit): void {
  if (role !== 'owner') {
    throw new Problem('access_denied', 'Only an owner of this account can do this.');
  }
}
