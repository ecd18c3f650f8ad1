/** Why a sign-in with the provider failed, as a closed list: each has its page, and a word in the log. */

import { AuthorizationResponseError, ResponseBodyError } from 'openid-client';
import { UNREACHABLE } from './provider-fetch.ts';

export type Refusal =
  /** The person or the provider said no. */
  | 'denied'
  /** The code has been used, has expired, or is another client's. */
  | 'used'
  /** No answer. */
  | 'unreachable'
  /** An answer that cannot be trusted, or that does not follow the protocol. */
  | 'unverified'
  /** The provider does not accept this server as a client. */
  | 'misconfigured'
  /** An answer to no sign-in of this browser, or too late. */
  | 'stale'
  /** None of the accounts is one of this server. */
  | 'no_account'
  /** The user may not sign in. */
  | 'disabled';

export interface Failure {
  refusal: Refusal;
  /** For the log: a code, never a claim. */
  reason: string;
}

/** Explains what the provider's client raised. */
export function failureOf(error: unknown): Failure {
  const causes = chainOf(error);
  const unreachable = causes.find((one) => one.name === UNREACHABLE);
  if (unreachable) return { refusal: 'unreachable', reason: unreachable.message };
  for (const one of causes) {
    if (one instanceof AuthorizationResponseError) {
      const isOurs = /^(?:invalid_|unauthorized_client|unsupported_)/.test(one.error);
      return { refusal: isOurs ? 'misconfigured' : 'denied', reason: wordOf(one.error) };
    }
    if (one instanceof ResponseBodyError) {
      const refusal = one.error === 'invalid_grant' ? 'used' : 'misconfigured';
      return { refusal, reason: wordOf(one.error) };
    }
  }
  const code = causes.map((one) => ('code' in one ? one.code : undefined)).find(isText);
  return { refusal: 'unverified', reason: wordOf(code ?? causes[0]?.name ?? 'unknown') };
}

function chainOf(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let one = error; one instanceof Error && chain.length < 5; one = one.cause) chain.push(one);
  return chain;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** A code of others as a word for the log. */
function wordOf(text: string): string {
  return text.replaceAll(/[^\w.]/g, '?').slice(0, 60);
}
