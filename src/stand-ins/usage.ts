/** What an account used, by day and category: a row is counted up in the transaction of the use. */

import { findAccount } from '../accounts/store.ts';
import type { Queryable } from '../storage/database.ts';
import { findStandIn, insertStandIn, listStandIns, updateStandInRow } from './store.ts';

/** In hundred-thousandths of a dollar for each unit, like Twilio's list prices in the United States. */
export const PRICES = {
  'calls-outbound': 1400,
  'mms-outbound': 2000,
  phonenumbers: 115_000,
  'sms-inbound': 790,
  'sms-outbound': 790,
} as const;

export type UsageCategory = keyof typeof PRICES;

/** What was used on one day. */
export interface Usage {
  /** Such as `2026-11-28`, in UTC. */
  day: string;
  category: string;
  count: number;
  /** In the unit of the category: messages, minutes, numbers. */
  units: number;
  /** In hundred-thousandths of a dollar. */
  price: number;
}

/** No path leads to this collection. */
const TYPE = 'UsageByDay';
/** Days times categories: more than five years. */
const MOST = 10_000;

/** A price as Twilio writes it, in dollars. */
export function dollars(price: number, digits = 5): string {
  return (price / 100_000).toFixed(digits);
}

/** Counts one use of some units for an account and, as Twilio does, for its parent. */
export async function countUsage(
  query: Queryable,
  accountSid: string,
  category: UsageCategory,
  units: number,
  now: number,
): Promise<void> {
  const account = await findAccount(query, accountSid);
  // In one order, so that two transactions do not wait for each other.
  const sids = [...new Set([accountSid, account?.ownerAccountSid ?? accountSid])].sort();
  const day = new Date(now).toISOString().slice(0, 10);
  for (const sid of sids) await countFor(query, sid, { day, category, units, now });
}

async function countFor(
  query: Queryable,
  accountSid: string,
  {
    day,
    category,
    units,
    now,
  }: { day: string; category: UsageCategory; units: number; now: number },
): Promise<void> {
  const key = { accountSid, type: TYPE, sid: `${day} ${category}` };
  const before = await findStandIn(query, key);
  const properties = {
    count: Number(before?.properties.count ?? 0) + 1,
    units: Number(before?.properties.units ?? 0) + units,
    price: Number(before?.properties.price ?? 0) + units * PRICES[category],
  };
  const row = { properties, dueAt: null, caller: 'account' } as const;
  if (before) await updateStandInRow(query, key, row);
  else await insertStandIn(query, { ...key, ...row, parentSid: '', sent: {}, createdAt: now });
}

/** All that an account used, the newest day first. */
export async function listUsage(query: Queryable, accountSid: string): Promise<Usage[]> {
  const slice = { direction: 'older', from: undefined, limit: MOST } as const;
  const rows = await listStandIns(query, { accountSid, type: TYPE }, slice);
  return rows.map(({ sid, properties }) => ({
    day: sid.slice(0, 10),
    category: sid.slice(11),
    count: Number(properties.count),
    units: Number(properties.units),
    price: Number(properties.price),
  }));
}
