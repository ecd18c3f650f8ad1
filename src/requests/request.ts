/** A request of the API as the record keeps it: what it was, who sent it, and why it was refused. No SQL. */

import type { Reason } from '../reason.ts';

/**
 * Who sent a request: the account itself, its parent, a Connect App by its SID, or `nobody` where no
 * credentials were right.
 */
export type RequestCaller = string;

export const NOBODY: RequestCaller = 'nobody';

/** The end of a route that a stand-in answers. */
export const STAND_IN = ' (stand-in)';

/** What became of a request: 2xx and 3xx, 4xx, 5xx. */
export const OUTCOMES = ['answered', 'refused', 'failed'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface ApiRequest {
  /** Whose record it is in: the parent of the accounts that it was about, or the owner of the app. */
  accountSid: string;
  /** As in the header Twilio-Request-Id. */
  sid: string;
  createdAt: number;
  caller: RequestCaller;
  /** The account of the path, or the caller's own. */
  pathAccountSid: string;
  method: string;
  /** The pattern of the route: never the URL. */
  route: string;
  status: number;
  code: number | null;
  problem: string | null;
  reason: Reason | null;
  durationUs: number;
  network: string;
  userAgent: string | null;
  resourceSid: string | null;
  /** How many others like it came in the same second and have no row. */
  more: number;
}

/** Names one request in the record of one account. */
export interface RequestKey {
  accountSid: string;
  sid: string;
}

/** Which requests of an account a list holds: those that have every given value. */
export interface RequestFilter {
  accountSid: string;
  caller?: RequestCaller | undefined;
  /** The account of the path: one of the subaccounts, say. */
  pathAccountSid?: string | undefined;
  outcome?: Outcome | undefined;
  code?: number | undefined;
  /** From this time on. */
  since?: number | undefined;
  /** Before this time. */
  until?: number | undefined;
}

/** What counters are kept of, and for how long. */
export const COUNT_UNITS = ['minute', 'hour', 'day'] as const;
export type CountUnit = (typeof COUNT_UNITS)[number];

const MINUTE_MS = 60_000;
export const UNIT_MS: Readonly<Record<CountUnit, number>> = {
  minute: MINUTE_MS,
  hour: 60 * MINUTE_MS,
  day: 24 * 60 * MINUTE_MS,
};

/** How many requests came in one minute, hour or day. */
export type Counts = Record<Outcome, number>;

/** What became of a request with this status. */
export function outcomeOf(status: number): Outcome {
  if (status >= 500) return 'failed';
  return status >= 400 ? 'refused' : 'answered';
}
