/** What an app did lately for its customer: its latest requests, each with its result. */

import { html } from 'hono/html';
import type { Html } from '../../pages/layout.ts';
import { explainReason } from '../../reason.ts';
import type { ApiRequest } from '../../requests/request.ts';
import type { AccountVisit } from '../console.ts';
import { empty } from '../parts/panel.ts';
import { table, tableRow } from '../parts/table.ts';
import { chip, counted, time } from '../parts/text.ts';
import { routeText } from '../requests/row.ts';

const COLUMNS = [
  { head: 'When', isTight: true },
  { head: 'Request', onPhone: 'whole' },
  { head: 'Result', onPhone: 'whole' },
] as const;

/** The table, or the sentence that there is nothing. */
export function latestRequests({ link, now }: AccountVisit, requests: readonly ApiRequest[]): Html {
  if (requests.length === 0) {
    return empty({
      title: 'Nothing lately',
      text: 'Requests that this app makes for you appear here for three days.',
    });
  }
  return table({
    label: 'What it did lately',
    columns: COLUMNS,
    rows: requests.map((request) =>
      tableRow(COLUMNS, [
        html`<a href="${link(`requests/${request.sid}`)}">${time(request.createdAt, now)}</a>`,
        html`<span class="verb">${request.method}</span> <code>${routeText(request.route)}</code>`,
        resultOf(request),
      ]),
    ),
  });
}

/** What went well is plain text. */
function resultOf({ status, reason, more }: ApiRequest): Html {
  const why = reason === null ? undefined : explainReason(reason);
  const others =
    more === 0
      ? ''
      : html`<span class="sub">and ${counted(more, 'more like it', 'more like it')}</span>`;
  if (status < 400) return html`${status} answered${others}`;
  const word = status >= 500 ? 'failed' : 'refused';
  return html`${chip('bad', `${status} ${word}`)}${why === undefined ? '' : html`<span class="why">${why}</span>`}${others}`;
}
