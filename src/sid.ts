/**
 * String identifiers: two capital letters that name the kind, then 32 hex digits. They match
 * case-insensitively and are stored and answered with lower-case digits.
 */

import type { Random } from './random.ts';

/**
 * The kinds that this server makes: accounts, Connect Apps, requests, API keys, users, deauthorization callbacks,
 * audit events, invitations, resends of many callbacks, runs of Try the flow, keys of the admin API.
 */
export type SidPrefix = 'AC' | 'CN' | 'RQ' | 'SK' | 'US' | 'WH' | 'AE' | 'IV' | 'RS' | 'TF' | 'AK';

/** Makes a new identifier with 128 random bits. */
export function createSid(prefix: SidPrefix, random: Random): string {
  return prefix + random.bytes(16).toString('hex');
}

const HEX_SID = /^[A-Z]{2}[0-9a-f]{32}$/;

/** Makes identifiers of requests: `RQ` and 32 hex digits. */
export type CreateRequestSid = () => string;

/** Returns what makes identifiers of requests, for many at a time: a call of `random` costs more than its bytes. */
export function requestSidsFrom(random: Random): CreateRequestSid {
  let digits = '';
  let used = 0;
  return () => {
    if (used === digits.length) {
      digits = random.bytes(4096).toString('hex');
      used = 0;
    }
    used += 32;
    return `RQ${digits.slice(used - 32, used)}`;
  };
}

/** Returns the identifier in its stored form, or undefined when `text` is not one of that kind. */
export function parseSid(prefix: SidPrefix, text: string): string | undefined {
  if (!text.startsWith(prefix)) return undefined;
  if (HEX_SID.test(text)) return text;
  const lower = prefix + text.slice(2).toLowerCase();
  return HEX_SID.test(lower) ? lower : undefined;
}
