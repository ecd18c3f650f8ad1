/**
 * Who was authenticated a moment ago. A client sends the same credentials with every request, and
 * proving them costs more than the rest of a small answer.
 */

import { hash, randomBytes } from 'node:crypto';
import type { Context } from '../context.ts';
import { authenticate, type Caller } from './access.ts';

/** How long another process's change, such as a revocation, may stay unseen here. */
const TTL_MS = 1000;
const MAX_CALLERS = 10_000;

export interface CallerMemory {
  /** Whose credentials these are; undefined when they are nobody's. */
  authenticate(accountSid: string, authToken: string): Caller | Promise<Caller | undefined>;
  /** Whether what was proved of this caller may still be taken as true. */
  isRecent(caller: Caller): boolean;
}

/**
 * Returns `authenticate` with a memory: credentials that were right are taken as right for a second,
 * but never past a change that this process has committed. Failures are not remembered.
 */
export function rememberCallers(context: Context): CallerMemory {
  const { database } = context;
  const callers = new Map<string, Caller>();
  const proofs = new WeakMap<Caller, { commits: number; until: number }>();
  // Salted: what is kept here is of no use anywhere else.
  const salt = randomBytes(16).toString('hex');

  async function prove(accountSid: string, authToken: string, key: string) {
    const proof = { commits: database.commits(), until: performance.now() + TTL_MS };
    const caller = await authenticate(context, accountSid, authToken);
    if (caller === undefined) return undefined;
    if (callers.size >= MAX_CALLERS) callers.clear();
    callers.set(key, caller);
    proofs.set(caller, proof);
    return caller;
  }

  function isRecent(caller: Caller): boolean {
    const proof = proofs.get(caller);
    return proof?.commits === database.commits() && performance.now() < proof.until;
  }

  return {
    isRecent,
    authenticate(accountSid, authToken) {
      const key = hash('sha256', `${salt}${accountSid}:${authToken}`, 'base64');
      const known = callers.get(key);
      return known && isRecent(known) ? known : prove(accountSid, authToken, key);
    },
  };
}
