/**
 * Deauthorization callbacks notify the owner of an app that a customer is gone. A callback is written in the
 * transaction of the change that it reports; worker.ts delivers it.
 */

import { calledUrl } from '../http-url.ts';
import type { Random } from '../random.ts';
import { createSid } from '../sid.ts';

export const CALLBACK_METHODS = ['GET', 'POST'] as const;

export type CallbackMethod = (typeof CALLBACK_METHODS)[number];

export const CALLBACK_STATUSES = ['pending', 'delivered', 'failed'] as const;

export type CallbackStatus = (typeof CALLBACK_STATUSES)[number];

/** A test is made on request, with a subaccount that does not exist, and is tried once. */
export type CallbackKind = 'deauthorization' | 'test';

export interface Callback {
  /** Also its idempotency token: the same over all attempts. */
  sid: string;
  /** The owner of the app. */
  accountSid: string;
  connectAppSid: string;
  /** The subaccount that the app has lost. */
  subaccountSid: string;
  /** As the app had it when the authorization ended, in the form in which it is called. */
  url: string;
  method: CallbackMethod;
  status: CallbackStatus;
  kind: CallbackKind;
  attemptsMade: number;
  /** When it is tried next, or when the lease of the current attempt ends; null once settled. */
  nextAttemptAt: number | null;
  createdAt: number;
  updatedAt: number;
}

/** One attempt to deliver a callback. */
export interface Attempt {
  /** 1 for the first. */
  number: number;
  startedAt: number;
  durationMs: number;
  /** The status of the answer; null when none came. */
  status: number | null;
  /** Why no answer came, a name of outgoing/outcome.ts; null when one came. */
  failure: string | null;
  /** The first kilobyte of the answer. */
  answer: string | null;
}

/** What a new callback is made of. */
export interface NewCallback {
  accountSid: string;
  connectAppSid: string;
  subaccountSid: string;
  /** Where the owner wants to be called, and how: POST when he has not said. */
  url: string;
  method: CallbackMethod | null;
  now: number;
  random: Random;
  kind?: CallbackKind;
}

/** Makes the callback of one deauthorization, which is due at once. */
export function createCallback({
  url,
  method,
  now,
  random,
  kind = 'deauthorization',
  ...parties
}: NewCallback): Callback {
  return {
    ...parties,
    kind,
    sid: createSid('WH', random),
    url: calledUrl(url),
    // Twilio's own default (its reference of the resource).
    method: method ?? 'POST',
    status: 'pending',
    attemptsMade: 0,
    nextAttemptAt: now,
    createdAt: now,
    updatedAt: now,
  };
}
