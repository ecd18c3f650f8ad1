/**
 * API keys: credentials of an account beside its Auth Token. A Standard key opens everything but accounts and
 * keys, a Main key everything (Twilio docs, iam/api-keys).
 */

import { hash } from 'node:crypto';
import type { TextRule } from '../parameter.ts';

export const API_KEY_TYPES = ['Standard', 'Main'] as const;

export type ApiKeyType = (typeof API_KEY_TYPES)[number];

export const FRIENDLY_NAME_RULE: TextRule = {
  type: 'string',
  maxLength: 64,
  description: 'The name of the key, up to 64 characters.',
};

export interface ApiKey {
  accountSid: string;
  sid: string;
  friendlyName: string;
  type: ApiKeyType;
  createdAt: number;
  updatedAt: number;
}

/** A new key with its secret: the only time that anyone sees it. */
export interface ApiKeyWithSecret extends ApiKey {
  secret: string;
}

/** A secret at rest: its digest recognises it, and the encrypted fingerprint lets another key digest it again. */
export interface StoredSecret {
  digest: string;
  sealedFingerprint: string;
}

export interface StoredApiKey extends ApiKey {
  storedSecret: StoredSecret;
}

/** The SHA-256 of a secret, which has 128 random bits: nobody finds the secret from it. */
export function fingerprintOf(secret: string): string {
  return hash('sha256', secret, 'hex');
}
