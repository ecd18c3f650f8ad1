/** What the stand-ins of an account have used, by day and category: written with what is used, and never counted. */

import type { Queryable } from '../storage/database.ts';
import { findStandIn, insertStandIn, listStandIns, updateStandInRow } from './store.ts';

/** What one stand-in adds: one of its category, and some units of it. */
export interface Use {
  category: Category;
  units: number;
}

/** What is known of a category; the prices are made up, but of Twilio's order. */
export const CATEGORIES = {
  calls: { description: 'Voice Minutes', count: 'calls', unit: 'minutes', price: 0.014 },
  mms: { description: 'MMS', count: 'messages', unit: 'messages', price: 0.02 },
  phonenumbers: { description: 'Phone Numbers', count: 'numbers', unit: 'numbers', price: 1.15 },
  sms: { description: 'SMS', count: 'messages', unit: 'segments', price: 0.0079 },
} as const;
export type Category = keyof typeof CATEGORIES;

/** The use of one category on one day. */
export interface DailyUse {
  /** As in ISO 8601, in UTC. */
  day: string;
  category: Category;
  count: number;
  units: number;
}

const TYPE = 'DailyUse';
/** Ten years of every category. */
const MAX_ROWS = 4 * 3660;

/** Writes down what was used, in the transaction that uses it. */
export async function noteUse(
  query: Queryable,
  accountSid: string,
  { category, units }: Use,
  now: number,
): Promise<void> {
  const day = dayOf(now);
  const key = { accountSid, type: TYPE, sid: `${day} ${category}` };
  const before = await findStandIn(query, key);
  const { count = 0, units: sum = 0 } = before?.properties ?? {};
  const properties = { day, category, count: Number(count) + 1, units: Number(sum) + units };
  if (before !== undefined) return updateStandInRow(query, key, { properties, dueAt: null });
  const row = { ...key, parentSid: '', createdAt: now, properties, sent: {}, dueAt: null };
  await insertStandIn(query, row);
}

/** All that was used, the newest day first. */
export async function listUse(query: Queryable, accountSid: string): Promise<DailyUse[]> {
  const slice = { direction: 'older', from: undefined, limit: MAX_ROWS } as const;
  const rows = await listStandIns(query, { accountSid, type: TYPE }, slice);
  return rows.flatMap(({ properties: { day, category, count, units } }) =>
    isCategory(category)
      ? [{ day: String(day), category, count: Number(count), units: Number(units) }]
      : [],
  );
}

/** What some use of a category costs, in USD. */
export function priceOf({ category, units }: Use): number {
  return CATEGORIES[category].price * units;
}

export function isCategory(value: unknown): value is Category {
  return typeof value === 'string' && Object.hasOwn(CATEGORIES, value);
}

/** The day of a time, as in ISO 8601, in UTC. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
