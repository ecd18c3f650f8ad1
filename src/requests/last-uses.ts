/** When tokens and authorizations were last used, in memory until it is written: each at most once a minute. */

import type { LastUse } from './last-use-store.ts';

const AT_MOST_EVERY_MS = 60_000;
/** The oldest goes first; it is then written once more than needed. */
const MAX_KEYS = 20_000;
const KEYS_A_WRITE = 50;
/** However many wait, within this many writes all are written. */
const WRITES_TO_ALL = 30;

export interface LastUses {
  /** Notes a use, unless one of the last minute is noted. */
  note(accountSid: string, what: string, now: number): void;
  /** Takes out what is to be written next. */
  take(): LastUse[];
}

/** Makes an empty one. */
export function createLastUses(): LastUses {
  const noted = new Map<string, number>();
  const waiting = new Map<string, LastUse>();
  return {
    note(accountSid, what, now) {
      const key = `${accountSid} ${what}`;
      const before = noted.get(key);
      if (before !== undefined && now - before < AT_MOST_EVERY_MS) return;
      if (waiting.size >= MAX_KEYS) return;
      const [oldest] = noted.size < MAX_KEYS ? [] : noted.keys();
      if (oldest !== undefined) noted.delete(oldest);
      noted.delete(key);
      noted.set(key, now);
      waiting.set(key, { accountSid, what, usedAt: now });
    },
    take() {
      const taken = [...waiting].slice(
        0,
        Math.max(KEYS_A_WRITE, Math.ceil(waiting.size / WRITES_TO_ALL)),
      );
      for (const [key] of taken) waiting.delete(key);
      return taken.map(([, use]) => use);
    },
  };
}
