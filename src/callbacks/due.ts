/**
 * Which callbacks are tried next: every owner has a turn, and at each a few of its callbacks that have room. What
 * one owner has waiting, and how much, is looked through a window at a time, and delays nobody else.
 */

import type { Queryable } from '../storage/database.ts';
import type { Callback } from './callback.ts';
import { type DuePosition, findDueCallbacks, findOwnersOfDue } from './delivery-store.ts';
import type { Call, Places } from './places.ts';
import { receiverOf } from './store.ts';

/** Owners that are asked for together. */
const OWNERS_AT_ONCE = 64;
/** How many of an owner's callbacks are looked at for those that have room. */
const WINDOW = 500;

export interface DueCallbacks {
  /** Some due callbacks, each with its slot taken; `isLast` when every owner has had a turn. */
  next(query: Queryable, now: number): Promise<{ chosen: Callback[]; isLast: boolean }>;
  /** Whether an owner has more that is due than was looked at. */
  isLookingOn(): boolean;
}

/** The call that a callback makes. */
export function callOf(callback: Callback): Call {
  return { owner: callback.accountSid, receiver: receiverOf(callback.url) };
}

/** Goes through the owners in turn, and takes slots for the callbacks it chooses. */
export function goRound(places: Places): DueCallbacks {
  /** The owner that had the last turn. */
  let lastOwner = '';
  /** Where each owner's turn begins, when what it had before that had no room: of the last round, and of this one. */
  let resumeAt = new Map<string, DuePosition>();
  let resumeNext = new Map<string, DuePosition>();

  async function choose(
    query: Queryable,
    now: number,
    owner: string,
    share: number,
    chosen: Callback[],
  ): Promise<void> {
    const after = resumeAt.get(owner);
    const due = await findDueCallbacks(query, now, { accountSid: owner, after, limit: WINDOW });
    const limit = chosen.length + share;
    for (const callback of due) {
      if (chosen.length === limit) return;
      if (places.take(callOf(callback))) chosen.push(callback);
    }
    const last = due.at(-1);
    if (last !== undefined && due.length === WINDOW) resumeNext.set(owner, last);
  }

  return {
    isLookingOn: () => resumeAt.size > 0,
    async next(query, now) {
      const chosen: Callback[] = [];
      try {
        const page = { after: lastOwner, limit: OWNERS_AT_ONCE };
        const owners = await findOwnersOfDue(query, now, page);
        // Each owner gets an equal share of the free slots, and one share stays free for new owners.
        const share = Math.max(1, Math.floor(places.free() / (owners.length + 1)));
        for (const owner of owners) {
          if (places.free() === 0) return { chosen, isLast: false };
          lastOwner = owner;
          if (places.hasRoomFor(owner)) await choose(query, now, owner, share, chosen);
        }
        const isLast = owners.length < OWNERS_AT_ONCE;
        if (isLast) {
          lastOwner = '';
          resumeAt = resumeNext;
          resumeNext = new Map();
        }
        return { chosen, isLast };
      } catch (error) {
        for (const callback of chosen) places.giveBack(callOf(callback));
        throw error;
      }
    },
  };
}
