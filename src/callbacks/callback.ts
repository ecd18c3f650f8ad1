/**
 * A callback tells somebody that something has changed: the owner of an app that a customer is gone, and on a
 * development server whoever named a URL what became of a message or a call. It is written in the transaction of
 * the change that it reports; worker.ts delivers it.
 */

import { calledUrl } from '../http-url.ts';
import type { Random } from '../random.ts';
import { createSid } from '../sid.ts';

export const CALLBACK_METHODS = ['GET', 'POST'] as const;

export type CallbackMethod = (typeof CALLBACK_METHODS)[number];

export const CALLBACK_STATUSES = ['pending', 'delivered', 'failed'] as const;

export type CallbackStatus = (typeof CALLBACK_STATUSES)[number];

/**
 * A `test` is made on request, with a subaccount that does not exist. The others are of stand-ins: `status` tells
 * what became of a message or a call, `message` and `call` ask for the TwiML of one.
 */
export type CallbackKind = 'deauthorization' | 'test' | 'status' | 'message' | 'call';

/** Whether a callback of this kind is sent again by itself when it failed: nobody waits for the others. */
export function isRetried(kind: CallbackKind): boolean {
  return kind === 'deauthorization' || kind === 'status';
}

export interface Callback {
  /** Also its idempotency token: the same over all attempts. */
  sid: string;
  /** Who is called, and whose token signs: the owner of the app, or an account that acted itself. */
  accountSid: string;
  /** Empty when no app had to do with it. */
  connectAppSid: string;
  /** What it is about: the subaccount that the app has lost, or in which it acted. */
  subaccountSid: string;
  /** As it was configured when the change happened, in the form in which it is called. */
  url: string;
  /** What is sent. */
  parameters: Readonly<Record<string, string>>;
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
  /** Absent: the two of a deauthorization. */
  parameters?: Readonly<Record<string, string>>;
}

/** What a deauthorization tells. */
export function deauthorizationParameters({
  subaccountSid,
  connectAppSid,
}: Pick<Callback, 'subaccountSid' | 'connectAppSid'>): Record<string, string> {
  return { AccountSid: subaccountSid, ConnectAppSid: connectAppSid };
}

/** Makes a callback, which is due at once. */
export function createCallback({
  url,
  method,
  now,
  random,
  kind = 'deauthorization',
  parameters,
  ...parties
}: NewCallback): Callback {
  return {
    ...parties,
    parameters: parameters ?? deauthorizationParameters(parties),
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
