/**
 * String identifiers: two capital letters that name the kind, then 32 hex digits. They match
 * case-insensitively and are stored and answered with lower-case digits.
 */

import { randomBytes } from 'node:crypto';

/** The kinds that this server makes: accounts, Connect Apps, users, deauthorization callbacks. */
export type SidPrefix = 'AC' | 'CN' | 'US' | 'WH';

/** Makes a new identifier with 128 random bits. */
export function createSid(prefix: SidPrefix): string {
  return prefix + randomBytes(16).toString('hex');
}

const HEX_SID = /^[A-Z]{2}[0-9a-f]{32}$/;
/** Random digits for the next requests: made for many at once, since each call costs more than its bytes. */
let digits = '';
let used = 0;

/** Makes the identifier of a request, `RQ` and 32 hex digits. */
export function createRequestSid(): string {
  if (used === digits.length) {
    digits = randomBytes(4096).toString('hex');
    used = 0;
  }
  used += 32;
  return `RQ${digits.slice(used - 32, used)}`;
}

/** Returns the identifier in its stored form, or undefined when `text` is not one of that kind. */
export function parseSid(prefix: SidPrefix, text: string): string | undefined {
  if (!text.startsWith(prefix)) return undefined;
  if (HEX_SID.test(text)) return text;
  const lower = prefix + text.slice(2).toLowerCase();
  return HEX_SID.test(lower) ? lower : undefined;
}
