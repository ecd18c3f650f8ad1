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
  /** Whether they are to show the provider again who they are, signed in there or not. */
  isAgain: boolean;
  startedAt: number;
}

const PURPOSE = 'sign-in with a provider';

/** The cookie of a sign-in that begins. */
export function sealFlow(keyring: Keyring, flow: Flow): string {
  const { state, nonce, codeVerifier, returnTo, isAgain, startedAt } = flow;
  const parts = [state, nonce, codeVerifier, returnTo, isAgain, startedAt];
  return keyring.seal(JSON.stringify(parts), PURPOSE);
}

/** The sign-in that a cookie stands for; undefined when it is too old or not of our making. */
export function openFlow(
  keyring: Keyring,
  cookie: string | undefined,
  now: number,
): Flow | undefined {
  const text = cookie === undefined ? undefined : openSealed(keyring, cookie);
  if (text === undefined) return undefined;
  const [state, nonce, codeVerifier, returnTo, isAgain, startedAt]: unknown[] = JSON.parse(text);
  if (!(now - Number(startedAt) < FLOW_MS)) return undefined;
  return {
    state: String(state),
    nonce: String(nonce),
    codeVerifier: String(codeVerifier),
    returnTo: String(returnTo),
    isAgain: isAgain === true,
    startedAt: Number(startedAt),
  };
}

function openSealed(keyring: Keyring, cookie: string): string | undefined {
  try {
    return keyring.open(cookie, PURPOSE);
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}
