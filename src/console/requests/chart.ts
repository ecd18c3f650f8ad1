/** The chart of an account's requests, from the stored counters. */

import type { Context } from '../../context.ts';
import type { Html } from '../../pages/layout.ts';
import { countRequests } from '../../requests/operations.ts';
import { UNIT_MS } from '../../requests/request.ts';
import { barChart } from '../parts/charts.ts';
import { count, exactTime } from '../parts/text.ts';
import type { TimeRange } from './filter.ts';

/** The sums of a time. */
export interface Totals {
  answered: number;
  refused: number;
  failed: number;
}

/** Draws how many requests came in a time, and adds them up. */
export async function requestChart(
  context: Context,
  filter: { accountSid: string; caller?: string | undefined },
  { range, now }: { range: TimeRange; now: number },
): Promise<{ chart: Html; totals: Totals }> {
  const { unit, unitsABar, lengthMs } = range;
  const length = UNIT_MS[unit] * unitsABar;
  const until = now - (now % length) + length;
  const counts = await countRequests(context, { ...filter, unit, since: until - lengthMs, until });
  const totals = { answered: 0, refused: 0, failed: 0 };
  const bars = [];
  for (let first = 0; first < counts.length; first += unitsABar) {
    const bar = { value: 0, bad: 0 };
    for (const one of counts.slice(first, first + unitsABar)) {
      bar.value += one.answered;
      bar.bad += one.refused + one.failed;
      totals.answered += one.answered;
      totals.refused += one.refused;
      totals.failed += one.failed;
    }
    bars.push({ label: labelOf(counts[first]?.beginsAt ?? now, unit), ...bar });
  }
  const bad = totals.refused + totals.failed;
  const chart = barChart({
    title: `${range.text}: ${count(totals.answered)} requests answered, ${count(bad)} refused or failed`,
    columns: [unit === 'minute' ? 'Minute' : 'From', 'Answered', 'Refused or failed'],
    bars,
  });
  return { chart, totals };
}

/** Minutes without their day, others with it and without seconds. */
function labelOf(at: number, unit: TimeRange['unit']): string {
  const text = exactTime(at);
  const [day = '', clock = ''] = text.split(', ');
  const short = `${clock.slice(0, 5)} UTC`;
  return unit === 'minute' ? short : `${day.slice(0, -5)}, ${short}`;
}
