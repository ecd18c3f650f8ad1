/**
 * Replays what a server's /metrics said at the pace of the alarms: promtool runs the rules of deploy/observability,
 * unchanged, over an hour that took the server seconds.
 */

import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseExposition } from '../support/exposition.ts';

const run = promisify(execFile);
export const OBSERVABILITY = join(import.meta.dirname, '../../deploy/observability');
/** Alarms that ring because the machine is slow, in a story about something else. */
const OF_PACE = ['ConnectAppsSlow', 'ConnectAppsDatabaseSlow'];
/** How many minutes all is well, at first. */
const WELL_MINUTES = 10;

/** What /metrics said, or undefined where nobody answered. */
export interface Scrape {
  text: string | undefined;
  /** By the clock of the server, in seconds. */
  at: number;
}

/**
 * Holds the rules to a story: all is well as in the first scrape, something happens twice, and what the counters
 * rose between the second and the third they go on rising each minute. `firing` names the alarms that ring
 * `afterMinutes`, and no others do. Fails with what promtool says.
 */
export async function replay(
  folder: string,
  [well, once, twice]: readonly [Scrape, Scrape, Scrape],
  { firing, afterMinutes }: { firing: readonly string[]; afterMinutes: number },
): Promise<void> {
  const series = [
    {
      series: 'up{instance="server", job="connect-apps"}',
      values: `${constant(1, WELL_MINUTES)} ${constant(twice.text === undefined ? 0 : 1)}`,
    },
    ...storiesOf(well, once, twice),
  ];
  const ignored = OF_PACE.filter((name) => !firing.includes(name)).join('|');
  const names = (evalTime: string, alarms: readonly string[]) => ({
    expr: `count by (alertname) (ALERTS{alertstate="firing", alertname!~"${ignored}"})`,
    eval_time: evalTime,
    exp_samples: alarms.map((name) => ({ labels: `{alertname="${name}"}`, value: 1 })),
  });
  const test = {
    rule_files: [join(OBSERVABILITY, 'rules.yml')],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: series,
        promql_expr_test: [
          names(`${WELL_MINUTES - 1}m`, []),
          names(`${WELL_MINUTES + afterMinutes}m`, firing.toSorted()),
        ],
      },
    ],
  };
  // YAML takes JSON.
  const file = join(folder, 'replay.yml');
  await writeFile(file, JSON.stringify(test));
  await run('promtool', ['test', 'rules', file]).catch(
    (error: { stdout: string; stderr: string }) => {
      throw new Error(`${error.stderr}${error.stdout}`);
    },
  );
}

function storiesOf(well: Scrape, once: Scrape, twice: Scrape) {
  const [before, between, after] = [well, once, twice].map(({ text }) =>
    parseExposition(text ?? ''),
  );
  const names = new Set([...(before?.keys() ?? []), ...(between?.keys() ?? [])]);
  return [...names].flatMap((name) => {
    const families = [before, between, after].map((families) => families?.get(name));
    const type = families.find((family) => family !== undefined)?.type;
    const keys = new Set(families.flatMap((family) => [...(family?.samples.keys() ?? [])]));
    return [...keys].map((key) => {
      // The story begins at the epoch.
      const shift = name.endsWith('_timestamp_seconds') ? well.at : 0;
      const [first, second, third] = families.map((family) => {
        const value = family?.samples.get(key);
        return value === undefined ? undefined : value - shift;
      });
      const end = type === 'gauge' ? constant(third) : rising(second, third);
      return { series: withPlace(key), values: `${constant(first, WELL_MINUTES)} ${end}` };
    });
  });
}

function constant(value: number | undefined, minutes = 300): string {
  // A value and so many more, or so many gaps.
  return value === undefined ? `_x${minutes + 1}` : `${value}x${minutes}`;
}

/** Those of a server that does not answer end. */
function rising(second: number | undefined, third: number | undefined): string {
  if (third === undefined) return constant(undefined);
  // A new series begins at nothing for whoever counts.
  const from = second ?? 0;
  return `${from}+${third - from}x300`;
}

function withPlace(series: string): string {
  const place = 'instance="server",job="connect-apps"';
  return series.endsWith('}') ? `${series.slice(0, -1)},${place}}` : `${series}{${place}}`;
}
