/** What the overview of an account says of its requests: numbers, a chart, the latest, and what is wrong. */

import { html } from 'hono/html';
import { isSubaccount } from '../../accounts/account.ts';
import type { Context } from '../../context.ts';
import type { Html } from '../../pages/layout.ts';
import { explainReason } from '../../reason.ts';
import { countRequests, listRequests } from '../../requests/operations.ts';
import type { AccountVisit } from '../console.ts';
import type { Need, OverviewPart } from '../overview/parts.ts';
import { tile } from '../parts/charts.ts';
import { panel } from '../parts/panel.ts';
import { table } from '../parts/table.ts';
import { count, counted } from '../parts/text.ts';
import { requestChart } from './chart.ts';
import { rangeOf, recordOf } from './filter.ts';
import { namesOf } from './names.ts';
import { REQUEST_COLUMNS, requestRow } from './row.ts';

const DAY_MS = 86_400_000;
/** Refusals of the last hour that are looked at. */
const LOOKED_AT = 100;
/** How many of one reason need somebody. */
const MANY = 5;

export interface RequestParts {
  tiles: readonly OverviewPart[];
  chart: OverviewPart;
  latest: OverviewPart;
  needs(visit: AccountVisit): Promise<Need[]>;
}

/** The parts. Numbers are those of the whole family, so a subaccount has none. */
export function overviewOfRequests(context: Context): RequestParts {
  async function totalsOf({ account, now }: AccountVisit) {
    const until = now + 1;
    const filter = { accountSid: account.sid, unit: 'hour', since: now - DAY_MS, until } as const;
    const counts = await countRequests(context, filter);
    const sum = (pick: (one: (typeof counts)[number]) => number) =>
      counts.reduce((total, one) => total + pick(one), 0);
    return {
      answered: sum((one) => one.answered),
      refused: sum((one) => one.refused),
      failed: sum((one) => one.failed),
    };
  }

  const tiles: OverviewPart[] = [
    async (visit) => {
      if (isSubaccount(visit.account)) return undefined;
      const { answered, refused, failed } = await totalsOf(visit);
      const all = answered + refused + failed;
      const href = visit.link('requests?time=24h');
      return tile({
        name: 'Requests, 24 h',
        value: count(all),
        note: shareOf(answered, all),
        href,
      });
    },
    async (visit) => {
      if (isSubaccount(visit.account)) return undefined;
      const { refused, failed } = await totalsOf(visit);
      const href = visit.link('requests?time=24h&status=refused');
      const note = failed === 0 ? 'no server errors' : counted(failed, 'server error');
      return tile({ name: 'Refused, 24 h', value: count(refused), note, href });
    },
  ];

  return {
    tiles,
    async chart({ account, now }) {
      if (isSubaccount(account)) return undefined;
      const view = { range: rangeOf('24h'), now };
      const { chart, totals } = await requestChart(context, { accountSid: account.sid }, view);
      if (totals.answered + totals.refused + totals.failed === 0) return undefined;
      return panel({ isPadded: true, title: 'Requests, last 24 hours', body: chart });
    },
    async latest({ account, link, now }) {
      const requests = await listRequests(context, recordOf(account));
      if (requests.length === 0) return undefined;
      const names = await namesOf(
        context,
        account,
        requests.map(({ caller }) => caller),
      );
      const rows = requests.map((request) =>
        requestRow(request, { names, href: link(`requests/${request.sid}`), now }),
      );
      return panel({
        title: 'Latest requests',
        isDense: true,
        actions: html`<a href="${link('requests')}">All requests</a>`,
        body: table({ label: 'Latest requests', columns: REQUEST_COLUMNS, rows }),
      });
    },
    async needs({ account, link, now }) {
      const filter = {
        ...recordOf(account),
        since: now - DAY_MS / 24,
        outcome: 'refused',
      } as const;
      const slice = { direction: 'older', from: undefined, limit: LOOKED_AT } as const;
      const refused = await listRequests(context, filter, slice);
      const byReason = Map.groupBy(refused, ({ reason }) => reason ?? '');
      return [...byReason]
        .map(([reason, some]) => ({
          reason,
          code: some[0]?.code ?? 0,
          times: some.reduce((sum, { more }) => sum + 1 + more, 0),
        }))
        .filter(({ times }) => times >= MANY)
        .sort((one, other) => other.times - one.times)
        .map(({ reason, code, times }) => ({
          tone: 'warn' as const,
          text: textOf(reason, times),
          href: link(`requests?time=1h&status=refused&code=${code}`),
          action: 'See them',
        }));
    },
  };
}

function textOf(reason: string, times: number): Html {
  return html`${counted(times, 'request')} refused in the last hour: ${explainReason(reason) ?? reason}`;
}

function shareOf(answered: number, all: number): string {
  if (all === 0) return 'none yet';
  return `${Math.floor((answered / all) * 1000) / 10}% answered`;
}
