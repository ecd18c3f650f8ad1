/**
 * Deauthorization callbacks notify the owner of an app that a customer is gone. A callback is written in the
 * transaction of the change that it reports; worker.ts delivers it.
 */

import type { CallbackMethod, ConnectApp } from '../connect-apps/connect-app.ts';
import { calledUrl } from '../http-url.ts';
import { createSid } from '../sid.ts';

export const CALLBACK_STATUSES = ['pending', 'delivered', 'failed'] as const;

export type CallbackStatus = (typeof CALLBACK_STATUSES)[number];

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

/** Creates the callback of one deauthorization; undefined if the app has no Deauthorize URL. */
export function createCallback({
  app,
  subaccountSid,
  now,
}: {
  app: ConnectApp;
  subaccountSid: string;
  now: number;
}): Callback | undefined {
  if (app.deauthorizeCallbackUrl === null) return undefined;
  return {
    sid: createSid('WH'),
    accountSid: app.accountSid,
    connectAppSid: app.sid,
    subaccountSid,
    url: calledUrl(app.deauthorizeCallbackUrl),
    // Twilio's own default (its reference of the resource).
    method: app.deauthorizeCallbackMethod ?? 'POST',
    status: 'pending',
    attemptsMade: 0,
    nextAttemptAt: now,
    createdAt: now,
    updatedAt: now,
  };
}
