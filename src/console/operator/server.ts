/** The state of the server: what an operator looks at first when something is wrong. */

import { html } from 'hono/html';
import type { Html } from '../../pages/layout.ts';
import type { Console } from '../console.ts';
import { definitionList, panel } from '../parts/panel.ts';
import { chip, fullTime, time } from '../parts/text.ts';
import { operatorNav } from './nav.ts';

/** What is known of the process that answers, and of the database that all processes share. */
export interface ServerState {
  version: string;
  runtime: string;
  /** The newest migration. */
  schema: string | undefined;
  workers: number;
  engine: string;
  /** Undefined in memory. */
  databaseBytes: number | undefined;
  /** Undefined where the database is not on this machine's disk. */
  freeBytes: number | undefined;
  /** Of this process; undefined until it has ended once. */
  lastPurge: { at: number; isWell: boolean } | undefined;
  startedAt: number;
}

/** Adds the page. */
export function addServerPages(console: Console, readState: () => Promise<ServerState>): void {
  console.operatorPage('server', async ({ now }) => {
    const state = await readState();
    return {
      title: 'Server',
      nav: operatorNav('server'),
      lede: 'The process that answered this page, and the database that all processes share.',
      body: html`<div class="stack">${panel({ title: 'Program', isPadded: true, body: programOf(state, now) })}${panel({ title: 'Database', isPadded: true, body: databaseOf(state) })}</div>`,
    };
  });
}

function programOf(state: ServerState, now: number): Html {
  const { version, runtime, workers, startedAt, lastPurge } = state;
  return definitionList([
    ['Version', html`connect-apps ${version} on ${runtime}`],
    ['Processes', workers === 1 ? 'one on this machine' : `${workers} on this machine`],
    ['Started', fullTime(startedAt, now)],
    [
      'Last purge',
      lastPurge === undefined
        ? 'not yet'
        : lastPurge.isWell
          ? time(lastPurge.at, now)
          : html`${chip('bad', 'failed')} ${time(lastPurge.at, now)}: the log has the reason. It is tried again every hour.`,
    ],
  ]);
}

const ONE_GB = 1024 ** 3;

function databaseOf({ engine, schema, databaseBytes, freeBytes }: ServerState): Html {
  const isScarce = freeBytes !== undefined && freeBytes < ONE_GB;
  return definitionList([
    ['Engine', engine],
    ['Schema', html`<code>${schema ?? 'none'}</code>`],
    ['Size', databaseBytes === undefined ? 'in memory' : bytes(databaseBytes)],
    [
      'Free on its disk',
      freeBytes === undefined
        ? 'not on a disk of this machine'
        : html`${bytes(freeBytes)}${isScarce ? html` ${chip('bad', 'scarce')}` : ''}`,
    ],
  ]);
}

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;

function bytes(count: number): string {
  let amount = count;
  let unit = 0;
  while (amount >= 1024 && unit < UNITS.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return `${amount >= 100 || unit === 0 ? Math.round(amount) : amount.toFixed(1)} ${UNITS[unit]}`;
}
