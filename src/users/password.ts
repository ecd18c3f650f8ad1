/**
 * Passwords of users: the rule for a new one, how it is stored, how it is checked. scrypt (RFC 7914) stored
 * with its parameters, so that they can be raised without a migration.
 */

import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { parameterProblem } from '../parameter.ts';
import { type Asker, createSemaphore } from './semaphore.ts';

interface Cost {
  /** The binary logarithm of N. */
  ln: number;
  r: number;
  p: number;
}

// About 32 MiB and a third of a second, as OWASP's "Password Storage" page asks of scrypt.
const COST: Cost = { ln: 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;

const MIN_CODE_POINTS = 12;
const MAX_BYTES = 1_024;

const STORED =
  /^\$scrypt\$ln=(?<ln>\d+),r=(?<r>\d+),p=(?<p>\d+)\$(?<salt>[\w+/]+)\$(?<hash>[\w+/]+)$/;

// The hash to check a password against if the user does not exist.
const UNKNOWN = { cost: COST, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) };

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
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, HASH_BYTES, COST, SETTER);
  const { ln, r, p } = COST;
  return `$scrypt$ln=${ln},r=${r},p=${p}$${toBase64(salt)}$${toBase64(hash)}`;
}

/** What is stored of somebody without a password: a hash, like any other, that no password has. */
export const NO_PASSWORD = `$scrypt$ln=${COST.ln},r=${COST.r},p=${COST.p}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/**
 * Answers whether the password is the stored one; without one it does the same work, and answers
 * no. Raises `overloaded` when too many wait: then nothing has been found out.
 */
export async function verifyPassword(
  password: string,
  stored: string | undefined,
  asker: Asker,
): Promise<boolean> {
  const { cost, salt, hash } = stored === undefined ? UNKNOWN : parseStored(stored);
  const derived = await derive(password, salt, hash.length, cost, asker);
  return timingSafeEqual(derived, hash) && stored !== undefined;
}

/** Reads what `hashPassword` made (the PHC string format); another text is a bug. */
function parseStored(stored: string): { cost: Cost; salt: Buffer; hash: Buffer } {
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
  { ln, r, p }: Cost,
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

/** The same password typed on another keyboard is the same text (NIST SP 800-63B, section 3.1.1.2). */
function normalise(password: string): string {
  return password.normalize('NFKC');
}

/** As the PHC string format wants it: without padding. */
function toBase64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
