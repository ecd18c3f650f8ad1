/**
 * Keys of the admin API. A key is `AK…` and its secret, joined by a dot: the first half finds its row, the second
 * proves it. What it may do are its scopes: `read` or `write`, for everything or for one kind of resource.
 */

import { hash } from 'node:crypto';
import { Problem } from '../problem.ts';

/** What acts are about. */
export const ADMIN_RESOURCES = [
  'accounts',
  'apps',
  'authorizations',
  'keys',
  'users',
  'webhooks',
  'requests',
  'audit',
] as const;

export type AdminResource = (typeof ADMIN_RESOURCES)[number];
export type AdminRight = 'read' | 'write';
export type Scope = AdminRight | `${AdminResource}:${AdminRight}`;

/** Every scope that a key can have. */
export const SCOPES: readonly Scope[] = [
  'read',
  'write',
  ...ADMIN_RESOURCES.flatMap((resource): Scope[] => [`${resource}:read`, `${resource}:write`]),
];

export interface AdminKey {
  sid: string;
  friendlyName: string;
  scopes: readonly Scope[];
  createdAt: number;
  /** When it stops by itself; null: never. */
  expiresAt: number | null;
  /** Since when it opens nothing; null while it does. */
  endedAt: number | null;
  /** To the minute; null if it was never used. */
  lastUsedAt: number | null;
}

/** A secret at rest, as that of an API key. */
export interface StoredAdminKey extends AdminKey {
  secretDigest: string;
  sealedFingerprint: string;
}

/** Whether one of the scopes opens this: who may write may also read. */
export function allows(
  scopes: readonly Scope[],
  resource: AdminResource,
  right: AdminRight,
): boolean {
  const enough: readonly Scope[] =
    right === 'read'
      ? ['read', 'write', `${resource}:read`, `${resource}:write`]
      : ['write', `${resource}:write`];
  return scopes.some((scope) => enough.includes(scope));
}

/** Reads scopes; raises `parameter_invalid` for none, and for one that does not exist. */
export function parseScopes(texts: readonly string[]): Scope[] {
  const scopes = SCOPES.filter((scope) => texts.includes(scope));
  if (scopes.length > 0 && texts.every((text) => SCOPES.some((scope) => scope === text))) {
    return scopes;
  }
  throw new Problem(
    'parameter_invalid',
    `scopes must be read, write, or RESOURCE:read or RESOURCE:write with one of ${ADMIN_RESOURCES.join(', ')}.`,
  );
}

/** The SHA-256 of a secret, which has 256 random bits: nobody finds the secret from it. */
export function fingerprintOf(secret: string): string {
  return hash('sha256', secret, 'hex');
}
