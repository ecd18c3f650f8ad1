/** What the demo app does with a deauthorization callback: the check that every Connect App must make. */

import { timingSafeEqual } from 'node:crypto';
import { getAccount } from '../accounts/operations.ts';
import { signCallback } from '../callbacks/signature.ts';
import { getConnectApp } from '../connect-apps/operations.ts';
import type { Context } from '../context.ts';
import { DEMO_APP_SID, DEMO_DEVELOPER } from './data.ts';

export interface ReceivedCallback {
  method: 'GET' | 'POST';
  accountSid: string;
  connectAppSid: string;
  /** The value of X-Twilio-Signature. */
  signature: string;
}

/** Whether a callback is for the demo app, and signed with its owner's Auth Token. */
export async function isGenuine(context: Context, callback: ReceivedCallback): Promise<boolean> {
  const { method, accountSid, connectAppSid, signature } = callback;
  const owner = await getAccount(context, DEMO_DEVELOPER.accountSid);
  const { deauthorizeCallbackUrl: url } = await getConnectApp(context, owner.sid, DEMO_APP_SID);
  if (url === null || connectAppSid !== DEMO_APP_SID) return false;
  const parameters = { AccountSid: accountSid, ConnectAppSid: connectAppSid };
  const right = signCallback({ authToken: owner.authToken, method, url, parameters }).signature;
  const [given, expected] = [Buffer.from(signature), Buffer.from(right)];
  return given.length === expected.length && timingSafeEqual(given, expected);
}
