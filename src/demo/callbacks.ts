/** What the demo app does with a deauthorization callback: the check that every Connect App must make. */

import { timingSafeEqual } from 'node:crypto';
import { getAccount } from '../accounts/operations.ts';
import { signCallback } from '../callbacks/signature.ts';
import { getConnectApp } from '../connect-apps/operations.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { DEMO_DEVELOPER } from './data.ts';

export interface ReceivedCallback {
  method: 'GET' | 'POST';
  accountSid: string;
  connectAppSid: string;
  /** The value of X-Twilio-Signature. */
  signature: string;
}

/** Whether a callback is for an app of the demo developer, and signed with the developer's Auth Token. */
export async function isGenuine(context: Context, callback: ReceivedCallback): Promise<boolean> {
  const { method, accountSid, connectAppSid, signature } = callback;
  const owner = await getAccount(context, DEMO_DEVELOPER.accountSid);
  const url = await findCallbackUrl(context, connectAppSid);
  if (url === null) return false;
  const parameters = { AccountSid: accountSid, ConnectAppSid: connectAppSid };
  const right = signCallback({ authToken: owner.authToken, method, url, parameters }).signature;
  const [given, expected] = [Buffer.from(signature), Buffer.from(right)];
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** The Deauthorize URL of the developer's app with this SID; null when there is no such app, or no URL. */
async function findCallbackUrl(context: Context, connectAppSid: string): Promise<string | null> {
  try {
    const app = await getConnectApp(context, DEMO_DEVELOPER.accountSid, connectAppSid);
    return app.deauthorizeCallbackUrl;
  } catch (error) {
    if (error instanceof Problem && error.problem === 'not_found') return null;
    throw error;
  }
}
