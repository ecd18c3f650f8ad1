/** Usage/Records and the lists below: what the account's stand-ins have used, by category and period. */

import { parameterProblem, textOf } from '../../parameter.ts';
import type { WireItem } from '../../wire.ts';
import type { Behaviour, Call } from '../behaviour.ts';
import {
  CATEGORIES,
  type Category,
  type DailyUse,
  dayOf,
  isCategory,
  listUse,
  priceOf,
} from '../usage.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** What a list shows: one record of each category for the days from one to another, or for each period of them. */
interface Span {
  from?: string;
  to?: string;
  /** How much of a day names its period: 4 characters the year, 7 the month. */
  periodLength?: number;
}

/** All use up to now, or between the days that were asked for. */
export const usageRecords = usageList(() => ({}));
export const usageToday = usageList((now) => ({ from: dayOf(now), to: dayOf(now) }));
export const usageYesterday = usageList((now) => {
  const day = dayOf(now - DAY_MS);
  return { from: day, to: day };
});
export const usageThisMonth = usageList((now) => ({ from: firstOfMonth(now), to: dayOf(now) }));
export const usageLastMonth = usageList((now) => {
  const last = Date.parse(firstOfMonth(now)) - DAY_MS;
  return { from: firstOfMonth(last), to: dayOf(last) };
});
export const usageDaily = usageList(() => ({ periodLength: 10 }));
export const usageMonthly = usageList(() => ({ periodLength: 7 }));
export const usageYearly = usageList(() => ({ periodLength: 4 }));

function usageList(spanAt: (now: number) => Span): Behaviour {
  return {
    async list(call) {
      const { sent, now, query, account } = call;
      const span = spanAt(now);
      const from = dayFrom(call, 'StartDate') ?? span.from ?? '';
      const to = dayFrom(call, 'EndDate') ?? span.to ?? dayOf(now);
      const asked = textOf(sent, 'Category');
      const used = (await listUse(query, account.sid)).filter(
        ({ day, category }) => day >= from && day <= to && (!asked || category === asked),
      );
      const { periodLength } = span;
      if (periodLength !== undefined) {
        const periods = Map.groupBy(used, ({ day }) => day.slice(0, periodLength));
        return [...periods].flatMap(([period, uses]) =>
          [...Map.groupBy(uses, ({ category }) => category)].map(([category, ofCategory]) =>
            recordOf(call, category, ofCategory, firstDay(period), lastDay(period)),
          ),
        );
      }
      const start = from || (used.at(-1)?.day ?? dayOf(now));
      return Object.keys(CATEGORIES)
        .filter(isCategory)
        .filter((category) => !asked || category === asked)
        .map((category) => {
          const ofCategory = used.filter((one) => one.category === category);
          return recordOf(call, category, ofCategory, start, to);
        });
    },
  };
}

function recordOf(
  { account, target, now }: Call,
  category: Category,
  uses: readonly DailyUse[],
  from: string,
  to: string,
): WireItem {
  const units = uses.reduce((sum, use) => sum + use.units, 0);
  const { description, count, unit } = CATEGORIES[category];
  const path = `/2010-04-01/Accounts/${account.sid}/${target.listPath}.json`;
  return {
    account_sid: account.sid,
    api_version: '2010-04-01',
    as_of: `${new Date(now).toISOString().slice(0, 19)}+00:00`,
    category,
    count: String(uses.reduce((sum, use) => sum + use.count, 0)),
    count_unit: count,
    description,
    end_date: to,
    price: priceOf({ category, units }).toFixed(4),
    price_unit: 'usd',
    start_date: from,
    subresource_uris: {},
    uri: `${path}?Category=${category}&StartDate=${from}&EndDate=${to}`,
    usage: String(units),
    usage_unit: unit,
  };
}

/** A day that was asked for: a date, or so many days ago, such as `-30days`. */
function dayFrom({ sent, now }: Call, name: string): string | undefined {
  const text = textOf(sent, name);
  if (!text) return undefined;
  const [, ago] = /^-(\d{1,5})days$/.exec(text) ?? [];
  if (ago !== undefined) return dayOf(now - Number(ago) * DAY_MS);
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return text;
  throw parameterProblem(
    name,
    'must be a date such as 2026-01-31, or a number of days such as -30days',
  );
}

function firstOfMonth(time: number): string {
  return firstDay(dayOf(time).slice(0, 7));
}

function firstDay(period: string): string {
  return `${period}-01-01`.slice(0, 10);
}

function lastDay(period: string): string {
  if (period.length !== 7) return `${period}-12-31`.slice(0, 10);
  const [year, month] = period.split('-').map(Number);
  return dayOf(Date.UTC(year ?? 0, month ?? 0, 0));
}
