/** From a callback to the request that delivers it, and what its signature is of. */

import { findAccount } from '../accounts/store.ts';
import type { Context } from '../context.ts';
import type { OutgoingRequest } from '../outgoing/exchange.ts';
import type { Queryable } from '../storage/database.ts';
import type { Callback } from './callback.ts';
import { type SignedCallback, signCallback } from './signature.ts';

/** Says that a callback is a test. It is not signed, so a receiver must check the signature first. */
export const TEST_HEADER = 'x-connect-apps-test';

export type Signable = Pick<Callback, 'accountSid' | 'url' | 'method' | 'parameters'>;

/** Signs a callback with its owner's primary token of now. */
export async function sign(
  { keyring }: Pick<Context, 'keyring'>,
  query: Queryable,
  { accountSid, url, method, parameters }: Signable,
): Promise<SignedCallback> {
  const account = await findAccount(query, accountSid);
  if (account === undefined) throw new Error('The account that signs is gone');
  return signCallback({
    authToken: keyring.open(account.token.sealed, account.sid),
    method,
    url,
    parameters,
  });
}

/** The request of an attempt; `token` is the idempotency token, the same over all attempts. */
export function requestOf(
  { url, body, signature }: SignedCallback,
  { method, token, isTest }: { method: Callback['method']; token: string; isTest: boolean },
): OutgoingRequest {
  return {
    method,
    url,
    headers: {
      'x-twilio-signature': signature,
      'i-twilio-idempotency-token': token,
      ...(isTest && { [TEST_HEADER]: 'true' }),
      ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
    },
    ...(body !== undefined && { body }),
  };
}
