/**
 * Limits on password guessing that never lock the victim out: they slow down the guesser, by the network that
 * the guesses come from; the account itself has no counter that others can fill.
 */

import { isIPv6 } from 'node:net';
import type { Clock } from '../clock.ts';
import { canonicalEmail } from './email.ts';

export interface SignInLimits {
  /**
   * Counts one sign-in attempt, and returns 0 if it may proceed, or the milliseconds to wait. A refused
   * attempt is not counted.
   */
  countTry(email: string, address: string): number;
  /**
   * Uncounts an attempt that succeeded, so that a large office behind one address is not slowed down, or one
   * that revealed nothing.
   */
  forgetTry(email: string, address: string): void;
}

interface Limit {
  /** Attempts that may come at once. */
  burst: number;
  /** The time in which one more attempt is earned. */
  refillMs: number;
}

const PER_EMAIL_AND_NETWORK: Limit = { burst: 5, refillMs: 30_000 };
const PER_NETWORK: Limit = { burst: 20, refillMs: 6_000 };

const MAX_KEYS = 20_000;
/** RFC 5321, section 4.5.3.1.3; a longer address belongs to nobody, and must not fill the memory. */
const MAX_EMAIL_LENGTH = 254;

/** Creates the limits of one process, kept in memory. */
export function createSignInLimits(clock: Clock): SignInLimits {
  // For each key, when all of its tries are earned back. Two generations: when the young one is full,
  // what was not used for longest goes in one step.
  let young = new Map<string, number>();
  let old = new Map<string, number>();

  function earnedBackAt(key: string): number {
    return Math.max(clock.now(), young.get(key) ?? old.get(key) ?? 0);
  }

  function add(key: string, durationMs: number): void {
    young.set(key, earnedBackAt(key) + durationMs);
    if (young.size < MAX_KEYS / 2) return;
    old = young;
    young = new Map();
  }

  function waitMs(key: string, { burst, refillMs }: Limit): number {
    return Math.max(0, earnedBackAt(key) + refillMs - burst * refillMs - clock.now());
  }

  return {
    countTry(email, address) {
      const keys = keysOf(email, address);
      const wait = Math.max(...keys.map(([key, limit]) => waitMs(key, limit)));
      if (wait === 0) for (const [key, { refillMs }] of keys) add(key, refillMs);
      return wait;
    },
    forgetTry(email, address) {
      for (const [key, { refillMs }] of keysOf(email, address)) add(key, -refillMs);
    },
  };
}

function keysOf(email: string, address: string): [key: string, limit: Limit][] {
  const network = networkOf(address);
  const who = canonicalEmail(email.trim().slice(0, MAX_EMAIL_LENGTH));
  return [
    [network, PER_NETWORK],
    [`${network} ${who}`, PER_EMAIL_AND_NETWORK],
  ];
}

/**
 * An IPv4 address, or the network of an IPv6 address with so many groups of 16 bits: one machine can take any
 * address of its /64, and anyone can get a /48.
 */
export function networkOf(address: string, groupCount = 4): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(':').length;
  const all = [
    ...groups,
    ...new Array<string>(Math.max(0, missing)).fill('0'),
    ...(tail?.split(':') ?? []),
  ];
  return all
    .slice(0, groupCount)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
