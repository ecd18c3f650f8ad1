/** What the list of requests is filtered by: read from the URL, where all of it stands. */

import { type Account, isSubaccount } from '../../accounts/account.ts';
import { type Parameters, textOf } from '../../parameter.ts';
import { OUTCOMES, type Outcome, type RequestFilter } from '../../requests/request.ts';
import type { Option } from '../parts/field.ts';

const HOUR_MS = 3_600_000;

export interface TimeRange {
  name: string;
  text: string;
  lengthMs: number;
  unit: 'minute' | 'hour';
  /** How many counters one bar of the chart adds up. */
  unitsABar: number;
}

const LONGEST: TimeRange = {
  name: '3d',
  text: 'Last 3 days',
  lengthMs: 72 * HOUR_MS,
  unit: 'hour',
  unitsABar: 2,
};
export const TIME_RANGES: readonly TimeRange[] = [
  { name: '1h', text: 'Last hour', lengthMs: HOUR_MS, unit: 'minute', unitsABar: 1 },
  { name: '24h', text: 'Last 24 hours', lengthMs: 24 * HOUR_MS, unit: 'hour', unitsABar: 1 },
  LONGEST,
];

export const OUTCOME_TEXTS: Readonly<Record<Outcome, string>> = {
  answered: 'Answered',
  refused: 'Refused',
  failed: 'Failed',
};
export const CALLERS: readonly Option[] = [
  { value: 'account', text: 'This account' },
  { value: 'parent', text: 'For a subaccount' },
  { value: 'nobody', text: 'Wrong credentials' },
];
const CALLER = /^(?:account|parent|nobody|(?:CN|SK)[0-9a-f]{32})$/;

export interface Chosen {
  who: string | undefined;
  outcome: Outcome | undefined;
  code: number | undefined;
  range: TimeRange;
}

/** Reads the filters of a URL; what is none of ours is left out. */
export function chosenIn(query: Parameters): Chosen {
  const who = textOf(query, 'who') ?? '';
  const code = textOf(query, 'code') ?? '';
  const outcome = OUTCOMES.find((one) => one === textOf(query, 'status'));
  return {
    who: CALLER.test(who) ? who : undefined,
    outcome,
    code: /^\d{3,6}$/.test(code.trim()) ? Number(code) : undefined,
    range: rangeOf(textOf(query, 'time')),
  };
}

/** The time with this name; the longest one where there is none. */
export function rangeOf(name: string | undefined): TimeRange {
  return TIME_RANGES.find((range) => range.name === name) ?? LONGEST;
}

/** Whether anything but the longest time is chosen. */
export function isNarrow({ who, outcome, code, range }: Chosen): boolean {
  return who !== undefined || outcome !== undefined || code !== undefined || range !== LONGEST;
}

/** The record that a person of this account may see: a subaccount's part of its parent's. */
export function recordOf(account: Account): RequestFilter {
  return isSubaccount(account)
    ? { accountSid: account.ownerAccountSid, pathAccountSid: account.sid }
    : { accountSid: account.sid };
}

/** The filter of the store. */
export function filterOf(account: Account, { who, outcome, code }: Chosen): RequestFilter {
  return { ...recordOf(account), caller: who, outcome, code };
}

/** The same choice as the query of a URL, with other parameters besides. */
export function queryFor(
  { who, outcome, code, range }: Chosen,
  more: Readonly<Record<string, string>> = {},
): string {
  const all = {
    ...(who !== undefined && { who }),
    ...(outcome !== undefined && { status: outcome }),
    ...(code !== undefined && { code: String(code) }),
    ...(range !== LONGEST && { time: range.name }),
    ...more,
  };
  const query = new URLSearchParams(all).toString();
  return query === '' ? '' : `?${query}`;
}
