/**
 * The mark of a browser in which a user has signed in before. It grants no access: it only distinguishes a
 * person from the strangers who guess at the same address, so that these cannot use up the person's tries and
 * turns (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").
 */

import type { Keyring } from '../keys/keyring.ts';
import { ageOfMark, createMark } from './mark.ts';

export const KNOWN_BROWSER_COOKIE = 'connect_apps_known_browser';

/** How long a browser stays known after a sign-in. */
export const KNOWN_BROWSER_MS = 180 * 24 * 60 * 60 * 1000;

const WHAT = 'known browser';

/** Creates the mark for a browser in which `email` (canonical) has just signed in. */
export function markBrowser(keyring: Keyring, email: string, now: number): string {
  return createMark(keyring, WHAT, email, now);
}

/** Whether `mark` shows that this address signed in recently in this browser. */
export function isKnownBrowser(
  keyring: Keyring,
  email: string,
  mark: string | undefined,
  now: number,
): boolean {
  return ageOfMark(keyring, WHAT, email, { mark, now }) < KNOWN_BROWSER_MS;
}
