/**
 * What waits in the browser while a person is at the provider: sealed with the server's key, so that any process
 * reads it and nobody else, and good for one sign-in within ten minutes. Nothing of it is kept here.
 */

import type { Keyring } from '../keys/keyring.ts';
import { Problem } from '../problem.ts';
import type { Secrets } from './provider.ts';

/** How long somebody may take at the provider. */
export const FLOW_MS = 10 * 60 * 1000;

export interface Flow extends Secrets {
  /** Where the person wants to go: a path of ours. */
  returnTo: string;
  startedAt: number;
}

const PURPOSE = 'sign-in with a provider';

/** The cookie of a sign-in that begins. */
export function sealFlow(keyring: Keyring, flow: Flow): string {
  const { state, nonce, codeVerifier, returnTo, startedAt } = flow;
  return keyring.seal(JSON.stringify([state, nonce, codeVerifier, returnTo, startedAt]), PURPOSE);
}

/** The sign-in that a cookie stands for; undefined when it is too old or not of our making. */
export function openFlow(
  keyring: Keyring,
  cookie: string | undefined,
  now: number,
): Flow | undefined {
  const text = cookie === undefined ? undefined : openSealed(keyring, cookie);
  if (text === undefined) return undefined;
  const [state, nonce, codeVerifier, returnTo, startedAt]: unknown[] = JSON.parse(text);
  const texts = [state, nonce, codeVerifier, returnTo].map(String);
  const [first = '', second = '', third = '', fourth = ''] = texts;
  const begun = Number(startedAt);
  return now - begun < FLOW_MS
    ? { state: first, nonce: second, codeVerifier: third, returnTo: fourth, startedAt: begun }
    : undefined;
}

function openSealed(keyring: Keyring, cookie: string): string | undefined {
  try {
    return keyring.open(cookie, PURPOSE);
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}
