/** What waits for its time, in every room. */

import { findNextAttempt } from '../callbacks/delivery-store.ts';
import { findNextResend } from '../callbacks/resend-store.ts';
import type { Context } from '../context.ts';
import { findNextDue } from '../stand-ins/store.ts';

/** When something is to be done next, by the context's clock; undefined when nothing waits. */
export async function findNextDueAt({ database: { query } }: Context): Promise<number | undefined> {
  const times = await Promise.all([
    findNextAttempt(query),
    findNextResend(query),
    findNextDue(query),
  ]);
  const waiting = times.filter((at) => at !== undefined);
  return waiting.length === 0 ? undefined : Math.min(...waiting);
}
