/** The list of an account's requests: chart, filters, and rows that arrive while one looks. */

import { html } from 'hono/html';
import { isSubaccount } from '../../accounts/account.ts';
import type { Context } from '../../context.ts';
import type { Html } from '../../pages/layout.ts';
import { listRequests } from '../../requests/operations.ts';
import type { ApiRequest } from '../../requests/request.ts';
import type { AccountVisit, View } from '../console.ts';
import { readListPage } from '../paging.ts';
import { filterChoice } from '../parts/field.ts';
import { codeSample } from '../parts/lists.ts';
import { empty, linkButton, panel } from '../parts/panel.ts';
import { filterBar, pager, searchField, table } from '../parts/table.ts';
import { requestChart } from './chart.ts';
import {
  CALLERS,
  type Chosen,
  chosenIn,
  filterOf,
  isNarrow,
  OUTCOME_TEXTS,
  queryFor,
  recordOf,
  TIME_RANGES,
} from './filter.ts';
import { namesOf } from './names.ts';
import { REQUEST_COLUMNS, requestRow } from './row.ts';
import { placeText } from './stream.ts';

const FOUND = 'found';

/** The page. */
export async function requestsView(context: Context, visit: AccountVisit): Promise<View> {
  const { account, query, link, now } = visit;
  const chosen = chosenIn(query);
  const filter = filterOf(account, chosen);
  const since = now - chosen.range.lengthMs;
  const page = await readListPage({
    keyring: context.keyring,
    scope: `${account.sid} requests ${queryFor(chosen)}`,
    path: link('requests'),
    query,
    slice: (slice) => listRequests(context, { ...filter, since }, slice),
    placeOf: ({ createdAt, sid }: ApiRequest) => ({ createdAt, sid }),
  });
  const callers = [...page.items.map(({ caller }) => caller), chosen.who ?? ''];
  const names = await namesOf(context, account, callers);
  const rows = page.items.map((request) =>
    requestRow(request, { names, href: link(`requests/${request.sid}`), now }),
  );
  const isFirst = page.newer === undefined;
  const [newest] = page.items;
  const more = { after: newest ? placeText(newest) : `${now}.` };
  const found =
    rows.length > 0
      ? table({
          label: 'Requests',
          columns: REQUEST_COLUMNS,
          rows,
          pager: pager({ newer: page.newer, older: page.older, swap: FOUND }),
          ...(isFirst && { stream: link(`requests/stream${queryFor(chosen, more)}`) }),
        })
      : nothing(visit, chosen, link(`requests/stream${queryFor(chosen, more)}`));
  return {
    title: 'Requests',
    section: 'requests',
    lede: 'API requests of this account and its apps, and why some were refused. Kept for three days.',
    actions: html`<button type="button" class="second scripted" data-pause aria-pressed="false">Pause</button>`,
    body: html`${filters(visit, chosen, names)}<div class="stack" id="${FOUND}">${await chartPanel(context, visit, chosen)}${panel({ body: found })}</div>`,
  };
}

function filters(
  { link }: AccountVisit,
  { who, outcome, code, range }: Chosen,
  names: ReadonlyMap<string, string>,
): Html {
  const isListed = who === undefined || CALLERS.some(({ value }) => value === who);
  const chosenApp = isListed ? [] : [{ value: who, text: names.get(who) ?? who }];
  return filterBar({
    live: FOUND,
    action: link('requests'),
    fields: html`${filterChoice({
      name: 'who',
      label: 'Who',
      value: who,
      choices: [{ value: '', text: 'Everybody' }, ...CALLERS, ...chosenApp],
    })}${filterChoice({
      name: 'status',
      label: 'Status',
      value: outcome,
      choices: [
        { value: '', text: 'Any status' },
        ...Object.entries(OUTCOME_TEXTS).map(([value, text]) => ({ value, text })),
      ],
    })}${filterChoice({
      name: 'time',
      label: 'Time',
      value: range.name,
      choices: TIME_RANGES.map(({ name, text }) => ({ value: name, text })).reverse(),
    })}${searchField({ name: 'code', label: 'Error code, such as 20003', value: code === undefined ? '' : String(code) })}`,
  });
}

/** Counters are kept for whole families: who belongs to a subaccount alone must not see them. */
async function chartPanel(
  context: Context,
  { account, now }: AccountVisit,
  { who, range }: Chosen,
): Promise<Html | string> {
  if (isSubaccount(account)) return '';
  const { accountSid } = recordOf(account);
  const filter = { accountSid, caller: who };
  const { chart, totals } = await requestChart(context, filter, { range, now });
  const isEmpty = totals.answered + totals.refused + totals.failed === 0;
  return isEmpty ? '' : panel({ isPadded: true, body: chart });
}

/** A table without rows stays below, so that the first one can arrive. */
function nothing({ account, link, request }: AccountVisit, chosen: Chosen, stream: string): Html {
  const arriving = table({
    label: 'Requests that arrive',
    columns: REQUEST_COLUMNS,
    rows: [],
    stream,
  });
  if (isNarrow(chosen)) {
    const names = [
      chosen.who && 'who',
      chosen.outcome && 'the status',
      chosen.code && 'the code',
      chosen.range.name !== '3d' && 'the time',
    ].filter(Boolean);
    const title = 'Nothing matches';
    const text = `The list is filtered by ${names.join(' and ')}.`;
    const clear = linkButton({ href: link('requests'), text: 'Clear filters', kind: 'second' });
    return html`${empty({ title, text, actions: clear })}${arriving}`;
  }
  const url = `${request.protocol}://${request.host}/2010-04-01/Accounts/${account.sid}.json`;
  const code = `curl -u ${account.sid}:$AUTH_TOKEN \\\n  ${url}`;
  return html`${empty({
    title: 'No request in this time',
    text: 'Send one, and it appears here within a second or two.',
    actions: codeSample({ id: 'first-request', code, what: 'A first request', isWrapped: true }),
  })}${arriving}`;
}
