/** *Send again* for every callback of an app that a filter matches: a stored job, so that it outlives a restart. */

import type { CallbackStatus } from './callback.ts';

export type ResendState = 'running' | 'stopped' | 'done';

/** Which callbacks of an app are sent again. */
export interface ResendFilter {
  /** Callbacks of every state when absent. */
  status?: CallbackStatus | undefined;
  /** Only those made at or after this time. */
  since: number;
}

export interface Resend extends ResendFilter {
  sid: string;
  accountSid: string;
  connectAppSid: string;
  state: ResendState;
  /** How many matched when it began; one more than MOST_COUNTED stands for more than that. */
  matched: number;
  sent: number;
  /** How many were being sent anyway when their turn came. */
  skipped: number;
  createdAt: number;
  updatedAt: number;
}

/** Counting stops here: a plan says "more than". Sending does not. */
export const MOST_COUNTED = 10_000;
