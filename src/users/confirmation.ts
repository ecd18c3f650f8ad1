/**
 * That a person without a password has just shown the provider again who they are, for what a session alone must not
 * do. It holds for the session that began by it, and not for long.
 */

import type { Keyring } from '../keys/keyring.ts';
import { ageOfMark, createMark } from './mark.ts';

export const CONFIRMED_COOKIE = 'connect_apps_confirmed';

/** How long ago the provider may have asked, and how long that holds here. */
export const CONFIRMED_MS = 5 * 60 * 1000;

const WHAT = 'confirmed';

/** Creates the mark for a session that has just begun. */
export function markConfirmed(keyring: Keyring, sessionSecret: string, now: number): string {
  return createMark(keyring, WHAT, sessionSecret, now);
}

/** Whether `mark` shows that the person of this session was asked lately. */
export function isConfirmed(
  keyring: Keyring,
  sessionSecret: string,
  mark: string | undefined,
  now: number,
): boolean {
  return ageOfMark(keyring, WHAT, sessionSecret, { mark, now }) < CONFIRMED_MS;
}
