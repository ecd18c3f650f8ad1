/** Marks: a time and our signature. Anybody can read one, and nobody else can make one. */

import type { Keyring } from '../keys/keyring.ts';

const MARK = /^(?<issuedAt>[1-9]\d{0,15})\.(?<signature>[0-9a-f]{64})$/;

/** Creates a mark that says `what` of `whom`. */
export function createMark(keyring: Keyring, what: string, whom: string, now: number): string {
  return `${now}.${keyring.sign(`${what} ${now} ${whom}`)}`;
}

/** How old a mark is that says `what` of `whom`; endlessly old for any other text. */
export function ageOfMark(
  keyring: Keyring,
  what: string,
  whom: string,
  { mark, now }: { mark: string | undefined; now: number },
): number {
  const { issuedAt = '', signature = '' } = MARK.exec(mark ?? '')?.groups ?? {};
  const isOurs = keyring.isSigned(`${what} ${issuedAt} ${whom}`, signature);
  return isOurs ? now - Number(issuedAt) : Number.POSITIVE_INFINITY;
}
