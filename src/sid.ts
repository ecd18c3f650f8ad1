/**
 * String identifiers: two capital letters that name the kind, then 32 hex digits. They match
 * case-insensitively and are stored and answered with lower-case digits.
 */

import { randomBytes, randomUUID } from 'node:crypto';

/** The kinds that this server makes: accounts, Connect Apps, users, deauthorization callbacks. */
export type SidPrefix = 'AC' | 'CN' | 'US' | 'WH';

const HEX_32 = /^[0-9a-fA-F]{32}$/;

/** Makes a new identifier with 128 random bits. */
export function createSid(prefix: SidPrefix): string {
  return prefix + randomBytes(16).toString('hex');
}

/** Makes the identifier of a request, `RQ` and 32 hex digits. Not a secret: cheap randomness will do. */
export function createRequestSid(): string {
  return `RQ${randomUUID().replaceAll('-', '')}`;
}

/** Returns the identifier in its stored form, or undefined when `text` is not one of that kind. */
export function parseSid(prefix: SidPrefix, text: string): string | undefined {
  if (text.length !== 34 || !text.startsWith(prefix)) return undefined;
  const digits = text.slice(2);
  return HEX_32.test(digits) ? prefix + digits.toLowerCase() : undefined;
}
