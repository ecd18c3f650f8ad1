/**
 * Passwords of users: the rule for a new one, how it is stored, how it is checked. scrypt (RFC 7914) stored
 * with its parameters, so that they can be raised without a migration.
 */

import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { parameterProblem } from '../parameter.ts';
import type { PasswordCost } from '../password-cost.ts';
import { type Asker, createSemaphore } from './semaphore.ts';

const SALT_BYTES = 16;
const HASH_BYTES = 32;

const MIN_CODE_POINTS = 12;
const MAX_BYTES = 1_024;

const STORED =
  /^\$scrypt\$ln=(?<ln>\d+),r=(?<r>\d+),p=(?<p>\d+)\$(?<salt>[\w+/]+)\$(?<hash>[\w+/]+)$/;

// The hash to check a password against if the user does not exist.
const UNKNOWN = { salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) };

// The salt and the hash of somebody without a password: all zeros.
const NONE = `$${'A'.repeat(22)}$${'A'.repeat(43)}`;

// Of the whole process: two leave processor, memory and Node's four threads to the API.
const semaphore = createSemaphore({ atOnce: 2, waiting: 64 });
/** Who sets a password: an operator, or someone who is signed in. */
const SETTER: Asker = { name: 'sets a password', isKnown: true };

/** Raises `parameter_invalid` when a new password is too short, too long, or not Unicode text. */
export function checkNewPassword(password: string): void {
  const text = normalise(password);
  if (!text.isWellFormed()) throw parameterProblem('Password', 'must be Unicode text');
  if ([...text].length < MIN_CODE_POINTS) {
    throw parameterProblem('Password', `must have at least ${MIN_CODE_POINTS} characters`);
  }
  if (Buffer.byteLength(text) > MAX_BYTES) {
    throw parameterProblem('Password', `must have at most ${MAX_BYTES} bytes`);
  }
}

/** Makes the text to store for a password; raises `overloaded` when too many wait. */
export async function hashPassword(password: string, cost: PasswordCost): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, HASH_BYTES, cost, SETTER);
  return `${prefixOf(cost)}$${toBase64(salt)}$${toBase64(hash)}`;
}

/** What is stored of somebody without a password: a hash that no password has, as costly to check as any other. */
export function noPassword(cost: PasswordCost): string {
  return prefixOf(cost) + NONE;
}

/** Whether a stored password is that of somebody without one, whatever it cost when it was stored. */
export function isNoPassword(stored: string): boolean {
  return stored.endsWith(NONE);
}

/**
 * Answers whether the password is the stored one; without one it does the work of `cost`, what a new one would
 * cost, and answers no. Raises `overloaded` when too many wait: then nothing has been found out.
 */
export async function verifyPassword(
  password: string,
  stored: string | undefined,
  { cost: newCost, asker }: { cost: PasswordCost; asker: Asker },
): Promise<boolean> {
  const { cost, salt, hash } =
    stored === undefined ? { ...UNKNOWN, cost: newCost } : parseStored(stored);
  const derived = await derive(password, salt, hash.length, cost, asker);
  return timingSafeEqual(derived, hash) && stored !== undefined;
}

/** Reads what `hashPassword` made (the PHC string format); another text is a bug. */
function parseStored(stored: string): { cost: PasswordCost; salt: Buffer; hash: Buffer } {
  const parts = STORED.exec(stored)?.groups;
  if (parts === undefined) throw new Error('A stored password is not a scrypt hash.');
  return {
    cost: { ln: Number(parts.ln), r: Number(parts.r), p: Number(parts.p) },
    salt: Buffer.from(parts.salt ?? '', 'base64'),
    hash: Buffer.from(parts.hash ?? '', 'base64'),
  };
}

function derive(
  password: string,
  salt: Buffer,
  length: number,
  { ln, r, p }: PasswordCost,
  asker: Asker,
): Promise<Buffer> {
  const N = 2 ** ln;
  // What RFC 7914 needs (128 N r), and half as much again: the library counts its own buffers too.
  const options = { N, r, p, maxmem: 192 * N * r };
  return semaphore.take(
    () =>
      new Promise<Buffer>((resolve, reject) => {
        scrypt(normalise(password), salt, length, options, (error, key) =>
          error === null ? resolve(key) : reject(error),
        );
      }),
    asker,
  );
}

function prefixOf({ ln, r, p }: PasswordCost): string {
  return `$scrypt$ln=${ln},r=${r},p=${p}`;
}

/** The same password typed on another keyboard is the same text (NIST SP 800-63B, section 3.1.1.2). */
function normalise(password: string): string {
  return password.normalize('NFKC');
}

/** As the PHC string format wants it: without padding. */
function toBase64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
