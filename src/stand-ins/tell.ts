/** Writes the callbacks of stand-ins, for the worker that delivers all others, too. */

import { findGrant } from '../authorizations/store.ts';
import { type CallbackKind, type CallbackMethod, createCallback } from '../callbacks/callback.ts';
import { insertCallbacks } from '../callbacks/store.ts';
import type { Change } from './behaviour.ts';
import type { StandIn } from './stand-in.ts';

/** What is called, and what it is told. */
export interface Telling {
  kind: Exclude<CallbackKind, 'deauthorization' | 'test'>;
  url: string;
  method: CallbackMethod | null;
  parameters: Readonly<Record<string, string>>;
}

/**
 * Adds the callback in the transaction of the change, signed by whoever gave `of` its URLs: the owner of the app,
 * or the account itself. An app that has lost its authorization is told nothing more.
 */
export async function tell(
  { context, query, now }: Pick<Change, 'context' | 'query' | 'now'>,
  of: Pick<StandIn, 'accountSid' | 'caller'>,
  { kind, url, method, parameters }: Telling,
): Promise<void> {
  const { accountSid: subaccountSid } = of;
  const what = { kind, url, method, parameters, subaccountSid, now, random: context.random };
  if (of.caller === 'account') {
    const parties = { accountSid: subaccountSid, connectAppSid: '' };
    await insertCallbacks(query, [createCallback({ ...what, ...parties })]);
    return;
  }
  const grant = await findGrant(query, subaccountSid);
  if (grant === undefined || grant.isRevoked || grant.ownerStatus !== 'active') return;
  const { appOwnerSid: accountSid, connectAppSid } = grant;
  await insertCallbacks(query, [createCallback({ ...what, accountSid, connectAppSid })]);
}

/** A method as it was sent or configured; null where it was not. */
export function methodOf(value: unknown): CallbackMethod | null {
  return value === 'GET' || value === 'POST' ? value : null;
}
