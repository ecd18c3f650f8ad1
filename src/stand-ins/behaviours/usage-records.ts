/** Usage/Records and its periods: computed from what was done. */

import { parameterProblem, textOf } from '../../parameter.ts';
import type { WireItem } from '../../wire.ts';
import type { Behaviour, Call } from '../behaviour.ts';
import { dollars, listUsage, type Usage } from '../usage.ts';

/** The categories that have records, and which of those that are counted each adds up. */
const CATEGORIES: Readonly<Record<string, { of: RegExp; unit: string; text: string }>> = {
  calls: { of: /^calls-/, unit: 'minutes', text: 'Voice Minutes' },
  'calls-outbound': { of: /^calls-outbound$/, unit: 'minutes', text: 'Outbound Voice Minutes' },
  mms: { of: /^mms-/, unit: 'messages', text: 'MMS' },
  'mms-outbound': { of: /^mms-outbound$/, unit: 'messages', text: 'Outbound MMS' },
  phonenumbers: { of: /^phonenumbers$/, unit: 'numbers', text: 'Phone Numbers' },
  sms: { of: /^sms-/, unit: 'segments', text: 'SMS' },
  'sms-inbound': { of: /^sms-inbound$/, unit: 'segments', text: 'Inbound SMS' },
  'sms-outbound': { of: /^sms-outbound$/, unit: 'segments', text: 'Outbound SMS' },
  totalprice: { of: /./, unit: 'usd', text: 'Total Price' },
};
const COUNT_UNITS: Readonly<Record<string, string>> = { minutes: 'calls', segments: 'messages' };

const DAY_MS = 24 * 60 * 60 * 1000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const OFFSET = /^([+-]?\d{1,4})days$/;

/** The first and the last day of a record. */
interface Period {
  first: string;
  last: string;
}

export type Span = 'all' | 'today' | 'yesterday' | 'this month' | 'last month';

/** One record for each category over a span. */
export function usageOver(span: Span): Behaviour {
  return {
    async list(call) {
      const usage = await usageOf(call);
      const today = dayOf(call.now);
      const { first, last } = spanOf(span, call.now);
      const period = {
        first: first ?? askedDay(call, 'StartDate') ?? usage.at(-1)?.day ?? today,
        last: last ?? askedDay(call, 'EndDate') ?? today,
      };
      return recordsOf(call, usage, [period]);
    },
  };
}

/** A record for each category and part of time: days have 10 characters of a date, months 7, years 4. */
export function usageBy(characters: 10 | 7 | 4): Behaviour {
  return {
    async list(call) {
      const usage = await usageOf(call);
      const parts = [...new Set(usage.map(({ day }) => day.slice(0, characters)))];
      const periods = parts.map((part) => ({
        first: part + '-01-01'.slice(part.length - 4),
        last: lastDayOf(part),
      }));
      return recordsOf(call, usage, periods);
    },
  };
}

async function usageOf(call: Call): Promise<Usage[]> {
  const first = askedDay(call, 'StartDate') ?? '';
  const last = askedDay(call, 'EndDate') ?? '9999';
  const all = await listUsage(call.query, call.account.sid);
  return all.filter(({ day }) => day >= first && day <= last);
}

function recordsOf(call: Call, usage: readonly Usage[], periods: readonly Period[]): WireItem[] {
  const { account, sent, now, target } = call;
  const asked = textOf(sent, 'Category');
  const categories = Object.entries(CATEGORIES).filter(([name]) => !asked || name === asked);
  return periods.flatMap(({ first, last }) =>
    categories.map(([category, { of, unit, text }]) => {
      const used = usage.filter(
        (one) => of.test(one.category) && one.day >= first && one.day <= last,
      );
      const sum = (value: (one: Usage) => number) =>
        used.reduce((total, one) => total + value(one), 0);
      const price = dollars(sum((one) => one.price));
      const isTotal = category === 'totalprice';
      const query = `Category=${category}&StartDate=${first}&EndDate=${last}`;
      return {
        account_sid: account.sid,
        api_version: '2010-04-01',
        as_of: new Date(now).toISOString().replace(/\.\d+Z$/, '+00:00'),
        category,
        count: isTotal ? '' : String(sum((one) => one.count)),
        count_unit: isTotal ? '' : (COUNT_UNITS[unit] ?? unit),
        description: text,
        end_date: last,
        price: Number(price),
        price_unit: 'usd',
        start_date: first,
        subresource_uris: {},
        uri: `/2010-04-01/Accounts/${account.sid}/${target.listPath}.json?${query}`,
        usage: isTotal ? price : String(sum((one) => one.units)),
        usage_unit: unit,
      };
    }),
  );
}

/** A date of the query, also one as so many days from now; raises `parameter_invalid`. */
function askedDay({ sent, now }: Call, name: string): string | undefined {
  const text = textOf(sent, name);
  if (!text) return undefined;
  const [, days] = OFFSET.exec(text) ?? [];
  if (days !== undefined) return dayOf(now + Number(days) * DAY_MS);
  if (DAY.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw parameterProblem(name, 'must be a date such as 2026-11-28, or such as -30days');
}

function spanOf(span: Span, now: number): Partial<Period> {
  const today = dayOf(now);
  const month = today.slice(0, 7);
  switch (span) {
    case 'all':
      return {};
    case 'today':
      return { first: today, last: today };
    case 'yesterday':
      return { first: dayOf(now - DAY_MS), last: dayOf(now - DAY_MS) };
    case 'this month':
      return { first: `${month}-01`, last: today };
    case 'last month': {
      const last = dayOf(Date.parse(`${month}-01`) - DAY_MS);
      return { first: `${last.slice(0, 7)}-01`, last };
    }
  }
}

function lastDayOf(part: string): string {
  if (part.length === 10) return part;
  if (part.length === 4) return `${part}-12-31`;
  const [year, month] = part.split('-').map(Number);
  return dayOf(Date.UTC(year ?? 0, month ?? 0, 0));
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
