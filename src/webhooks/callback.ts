/** Deauthorization callbacks: what tells the owner of an app that a customer is gone. */

import type { CallbackMethod, ConnectApp } from '../connect-apps/connect-app.ts';
import { createSid } from '../sid.ts';

export type CallbackStatus = 'pending' | 'delivered' | 'failed';

export interface Callback {
  sid: string;
  /** The owner of the app. */
  accountSid: string;
  connectAppSid: string;
  subaccountSid: string;
  url: string;
  method: CallbackMethod;
  status: CallbackStatus;
  attemptsMade: number;
  nextAttemptAt: number | null;
  createdAt: number;
  updatedAt: number;
}

/** Makes the callback of one deauthorization; undefined when the app has no Deauthorize URL. */
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
    url: app.deauthorizeCallbackUrl,
    method: app.deauthorizeCallbackMethod ?? 'POST',
    status: 'pending',
    attemptsMade: 0,
    nextAttemptAt: now,
    createdAt: now,
    updatedAt: now,
  };
}
