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

interface Recent {
  caller: Caller;
  commits: number;
  until: number;
}

/**
 * Returns `authenticate` with a memory: credentials that were right are taken as right for a second,
 * but never past a change that this process has committed. Failures are not remembered.
 */
export function rememberCallers(
  context: Context,
): (accountSid: string, authToken: string) => Caller | Promise<Caller | undefined> {
  const { database } = context;
  const recent = new Map<string, Recent>();
  // Salted: what is kept here is of no use anywhere else.
  const salt = randomBytes(16).toString('hex');

  async function prove(accountSid: string, authToken: string, key: string) {
    const [commits, until] = [database.commits(), performance.now() + TTL_MS];
    const caller = await authenticate(context, accountSid, authToken);
    if (caller === undefined) return undefined;
    if (recent.size >= MAX_CALLERS) recent.clear();
    recent.set(key, { caller, commits, until });
    return caller;
  }

  return function authenticateAgain(accountSid, authToken) {
    const key = hash('sha256', `${salt}${accountSid}:${authToken}`, 'base64');
    const known = recent.get(key);
    const isFresh = known?.commits === database.commits() && performance.now() < known.until;
    return isFresh ? known.caller : prove(accountSid, authToken, key);
  };
}
