/**
 * What is derived from the secret key: sealing of Auth Tokens at rest, keyed digests to look them up,
 * and signatures of page tokens. Every stored value names the key that made it, so that an old and a
 * new key can serve side by side.
 */

import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash,
  hkdfSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { Problem } from '../problem.ts';
import { keepRecent } from '../recent.ts';

interface Key {
  id: string;
  derive: (purpose: string, length: number) => Buffer;
  sealing: KeyObject;
  digest: KeyObject;
  signing: KeyObject;
}

/** Whole bytes in hex. A signature may be cut, as in a page token, to no less than 12 of its 32 bytes. */
const SIGNATURE = /^(?:[0-9a-f]{2}){12,32}$/;

/** Proofs that are remembered. */
const MAX_PROOFS = 10_000;

/** The keys of one server: new values use the current key, those of the other are read. */
export interface Keyring {
  /** Encrypts `text` (AES-256-GCM, NIST SP 800-38D), bound to `context`: it opens nowhere else. */
  seal(text: string, context: string): string;
  /** Decrypts what `seal` made; raises `secret_key_mismatch` when no key of the ring made it. */
  open(sealed: string, context: string): string;
  /** A keyed digest (HMAC-SHA-256, RFC 2104) that finds a secret again without storing it. */
  digest(secret: string): string;
  /** Whether `secret` has one of these digests, in constant time; missing digests take the same time. */
  matches(secret: string, digests: readonly (string | undefined)[]): boolean;
  /** The same, but returns the digest that `secret` has. */
  findMatch(secret: string, digests: readonly (string | undefined)[]): string | undefined;
  /** The digests under which a key of this ring may have stored `secret`, the current one first. */
  digests(secret: string): string[];
  /** Signs a short text; hex digits. */
  sign(text: string): string;
  /**
   * Whether a key of this ring made `signature`, or a longer signature that begins with it, for `text`. Takes
   * any text for a signature: what cannot be one is none.
   */
  isSigned(text: string, signature: string): boolean;
  /** 32 bytes for a purpose, from each key of the ring, the current one first. */
  seeds(purpose: string): Buffer[];
  /** Whether a stored value was made with the current key. */
  isCurrent(stored: string): boolean;
  /** How every stored value begins that a key of this ring made, and no other. */
  readonly prefixes: readonly string[];
}

function deriveKey(secretKey: string): Key {
  const derive = (purpose: string, length: number) =>
    Buffer.from(hkdfSync('sha256', secretKey, 'connect-apps', purpose, length));
  // Key objects: a digest with a plain buffer for its key costs five times as much.
  const key = (purpose: string) => createSecretKey(derive(purpose, 32));
  return {
    id: derive('key id', 4).toString('hex'),
    derive,
    sealing: key('sealing of auth tokens'),
    digest: key('digest of auth tokens'),
    signing: key('signature of page tokens'),
  };
}

function hmac(key: KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** Derives the keyring of a secret key (HKDF-SHA-256, RFC 5869), with another key that only reads. */
export function createKeyring(secretKey: string, otherKey?: string): Keyring {
  const current = deriveKey(secretKey);
  const all = otherKey === undefined ? [current] : [current, deriveKey(otherKey)];
  const keys = new Map(all.map((key) => [key.id, key]));
  const keyOf = (stored: string) => keys.get(stored.slice(0, 8));
  const proofs = rememberProofs();

  function findMatch(secret: string, digests: readonly (string | undefined)[]) {
    const proven = proofs.find(secret, digests);
    if (proven !== undefined) return proven;
    const computed = new Map<Key, Buffer>();
    let matching: string | undefined;
    for (const digest of digests) {
      const key = (digest && keyOf(digest)) || current;
      const actual = computed.get(key) ?? hmac(key.digest, secret);
      computed.set(key, actual);
      const expected = Buffer.alloc(32);
      if (digest) Buffer.from(digest.slice(9), 'base64url').copy(expected);
      if (timingSafeEqual(actual, expected)) matching ??= digest;
    }
    if (matching !== undefined) proofs.add(secret, matching);
    return matching;
  }

  return {
    seal(text, context) {
      // Of the system, never of a seed: one that comes twice under one key opens both texts.
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', current.sealing, iv).setAAD(
        Buffer.from(context),
      );
      const body = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final()]);
      return `${current.id}.${Buffer.concat([body, cipher.getAuthTag()]).toString('base64url')}`;
    },
    open(sealed, context) {
      const key = keyOf(sealed);
      if (key === undefined) throw keyMismatch();
      const bytes = Buffer.from(sealed.slice(9), 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', key.sealing, bytes.subarray(0, 12))
        .setAAD(Buffer.from(context))
        .setAuthTag(bytes.subarray(-16));
      try {
        return decipher.update(bytes.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8');
      } catch (cause) {
        throw keyMismatch(cause);
      }
    },
    digest: (secret) => digestWith(current, secret),
    digests: (secret) => all.map((key) => digestWith(key, secret)),
    matches: (secret, digests) => findMatch(secret, digests) !== undefined,
    findMatch,
    sign(text) {
      return hmac(current.signing, text).toString('hex');
    },
    isSigned(text, signature) {
      if (!SIGNATURE.test(signature)) return false;
      const given = Buffer.from(signature, 'hex');
      return all.some((key) => {
        const expected = hmac(key.signing, text).subarray(0, given.length);
        return timingSafeEqual(expected, given);
      });
    },
    seeds: (purpose) => all.map((key) => key.derive(purpose, 32)),
    isCurrent: (stored) => keyOf(stored) === current,
    prefixes: all.map((key) => `${key.id}.`),
  };
}

/**
 * Remembers which secret has which digest. That never changes, and asking again would cost as much as the
 * rest of a small answer. Kept under a salt, so that it is of no use anywhere else.
 */
function rememberProofs() {
  const salt = randomBytes(32).toString('hex');
  const salted = (secret: string) => hash('sha256', salt + secret, 'buffer');
  const nothing = Buffer.alloc(32);
  const kept = keepRecent<Buffer>(MAX_PROOFS);
  return {
    find(secret: string, digests: readonly (string | undefined)[]): string | undefined {
      const given = salted(secret);
      let found: string | undefined;
      for (const digest of digests) {
        const known = (digest && kept.get(digest)) || nothing;
        if (timingSafeEqual(known, given)) found ??= digest;
      }
      return found;
    },
    add(secret: string, digest: string): void {
      kept.set(digest, salted(secret));
    },
  };
}

function digestWith(key: Key, secret: string): string {
  return `${key.id}.${hmac(key.digest, secret).toString('base64url')}`;
}

function keyMismatch(cause?: unknown): Problem {
  return new Problem(
    'secret_key_mismatch',
    'The database was written with another secret key. Use the key that it was created with.',
    { cause },
  );
}
