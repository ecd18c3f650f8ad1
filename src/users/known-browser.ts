/**
 * The mark of a browser in which a user has signed in before. It grants no access: it only distinguishes a
 * person from the strangers who guess at the same address, so that these cannot use up the person's tries and
 * turns (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").
 */

import type { Keyring } from '../keys/keyring.ts';

export const KNOWN_BROWSER_COOKIE = 'connect_apps_known_browser';

/** How long a browser stays known after a sign-in. */
export const KNOWN_BROWSER_MS = 180 * 24 * 60 * 60 * 1000;

const MARK = /^(?<issuedAt>[1-9]\d{0,15})\.(?<signature>[0-9a-f]{64})$/;

/** Creates the mark for a browser in which `email` (canonical) has just signed in. */
export function markBrowser(keyring: Keyring, email: string, now: number): string {
  return `${now}.${keyring.sign(signedText(email, String(now)))}`;
}

/** Whether `mark` shows that this address signed in recently in this browser. */
export function isKnownBrowser(
  keyring: Keyring,
  email: string,
  mark: string | undefined,
  now: number,
): boolean {
  const { issuedAt = '', signature = '' } = MARK.exec(mark ?? '')?.groups ?? {};
  const isFresh = now - Number(issuedAt) < KNOWN_BROWSER_MS;
  return isFresh && keyring.isSigned(signedText(email, issuedAt), signature);
}

function signedText(email: string, issuedAt: string): string {
  return `known browser ${issuedAt} ${email}`;
}
