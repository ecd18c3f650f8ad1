/** The SQL of counters: how many requests came in each minute, hour and day. */

import type { Queryable } from '../storage/database.ts';
import { insertMany } from '../storage/insert-many.ts';
import {
  COUNT_UNITS,
  type Counts,
  type CountUnit,
  type RequestCaller,
  UNIT_MS,
} from './request.ts';

export interface CountedMinute extends Counts {
  accountSid: string;
  caller: RequestCaller;
  beginsAt: number;
}

export interface CountsAt extends Counts {
  beginsAt: number;
}

const COLUMNS = [
  'account_sid',
  'unit',
  'begins_at',
  'caller',
  'answered',
  'refused',
  'failed',
] as const;
const addRows = insertMany('request_counts', COLUMNS, (insert) =>
  insert.onConflict((conflict) =>
    conflict.columns(['account_sid', 'unit', 'begins_at', 'caller']).doUpdateSet((row) => ({
      answered: row('request_counts.answered', '+', row.ref('excluded.answered')),
      refused: row('request_counts.refused', '+', row.ref('excluded.refused')),
      failed: row('request_counts.failed', '+', row.ref('excluded.failed')),
    })),
  ),
);

/** Adds what was counted to the counters of its minute, hour and day. */
export function addCounts(query: Queryable, minutes: readonly CountedMinute[]): Promise<void> {
  return addRows(
    query,
    COUNT_UNITS.flatMap((unit) => rowsOf(minutes, unit)),
  );
}

/** One row for each key, in the order of the keys: two processes then lock in the same order. */
function rowsOf(minutes: readonly CountedMinute[], unit: CountUnit) {
  const rows = new Map<string, ReturnType<typeof rowOf>>();
  for (const minute of minutes) {
    const row = rowOf(minute, unit);
    const key = `${row.account_sid} ${row.begins_at} ${row.caller}`;
    const before = rows.get(key);
    if (before === undefined) rows.set(key, row);
    else {
      before.answered += row.answered;
      before.refused += row.refused;
      before.failed += row.failed;
    }
  }
  return [...rows].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
}

function rowOf(minute: CountedMinute, unit: CountUnit) {
  return {
    account_sid: minute.accountSid,
    unit,
    begins_at: minute.beginsAt - (minute.beginsAt % UNIT_MS[unit]),
    caller: minute.caller,
    answered: minute.answered,
    refused: minute.refused,
    failed: minute.failed,
  };
}

export interface CountsFilter {
  accountSid: string;
  unit: CountUnit;
  /** From this time on, and before the other. */
  since: number;
  until: number;
  caller?: RequestCaller | undefined;
}

/** The counters of an account in a time, oldest first, those of all callers added up. */
export async function findCounts(query: Queryable, filter: CountsFilter): Promise<CountsAt[]> {
  let rows = query
    .selectFrom('request_counts')
    .select(['begins_at', 'answered', 'refused', 'failed'])
    .where('account_sid', '=', filter.accountSid)
    .where('unit', '=', filter.unit)
    .where('begins_at', '>=', filter.since)
    .where('begins_at', '<', filter.until);
  if (filter.caller !== undefined) rows = rows.where('caller', '=', filter.caller);
  const sums = new Map<number, CountsAt>();
  for (const row of await rows.orderBy('begins_at').execute()) {
    const sum = sums.get(row.begins_at) ?? {
      beginsAt: row.begins_at,
      answered: 0,
      refused: 0,
      failed: 0,
    };
    sum.answered += row.answered;
    sum.refused += row.refused;
    sum.failed += row.failed;
    sums.set(row.begins_at, sum);
  }
  return [...sums.values()];
}

/** Removes up to `limit` counters of a unit that began before a time; returns how many. */
export async function purgeCounts(
  query: Queryable,
  unit: CountUnit,
  before: number,
  limit: number,
): Promise<number> {
  const rows = await query
    .selectFrom('request_counts')
    .select(['account_sid', 'begins_at', 'caller'])
    .where('unit', '=', unit)
    .where('begins_at', '<', before)
    .orderBy('begins_at')
    .limit(limit)
    .execute();
  for (const { account_sid, begins_at, caller } of rows) {
    await query
      .deleteFrom('request_counts')
      .where('account_sid', '=', account_sid)
      .where('unit', '=', unit)
      .where('begins_at', '=', begins_at)
      .where('caller', '=', caller)
      .execute();
  }
  return rows.length;
}
