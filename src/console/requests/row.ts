/** One request as a row: of the page, of the overview, and of what arrives. */

import { html } from 'hono/html';
import type { Html } from '../../pages/layout.ts';
import { explainReason } from '../../reason.ts';
import { type ApiRequest, STAND_IN } from '../../requests/request.ts';
import { type Column, tableRow } from '../parts/table.ts';
import { chip, count, tag, time } from '../parts/text.ts';
import { type AppNames, callerText } from './names.ts';

export const REQUEST_COLUMNS: readonly Column[] = [
  { head: 'Time', isTight: true },
  { head: 'Status', isTight: true },
  { head: 'Request', onPhone: 'whole' },
  { head: 'Who' },
  { head: 'Took', isNumber: true },
];

const VERSION = '/2010-04-01';

/** The pattern of a route as documentation writes it. */
export function routeText(route: string): string {
  const path = patternOf(route).replace(VERSION, '');
  return path.replace(/:(\w+)/g, '{$1}');
}

/** The route without the words that a stand-in answered. */
export function patternOf(route: string): string {
  return route.endsWith(STAND_IN) ? route.slice(0, -STAND_IN.length) : route;
}

/** Says that a stand-in answered; nothing where none did. */
export function standInTag(route: string): Html {
  return route.endsWith(STAND_IN) ? html` ${tag('stand-in')}` : html``;
}

/** A status: plain where it is well. */
export function statusText(status: number): Html | string {
  if (status < 400) return String(status);
  return chip(status === 404 ? 'warn' : 'bad', String(status));
}

/** Such as `3 ms`. */
export function durationText(durationUs: number): string {
  const ms = durationUs / 1000;
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${count(Math.round(ms))} ms`;
}

/** The row of a request; `href` leads to its page. */
export function requestRow(
  request: ApiRequest,
  { names, href, now }: { names: AppNames; href: string; now: number },
): Html {
  const why = request.reason === null ? undefined : explainReason(request.reason);
  const what = html`<span class="verb">${request.method}</span> <a href="${href}">${routeText(request.route)}</a>${standInTag(request.route)}${
    why === undefined ? '' : html`<span class="why">${why}</span>`
  }${
    request.more === 0
      ? ''
      : html`<span class="sub">${count(request.more)} more like these in this second</span>`
  }`;
  return tableRow(
    REQUEST_COLUMNS,
    [
      time(request.createdAt, now),
      statusText(request.status),
      what,
      callerText(request.caller, names),
      durationText(request.durationUs),
    ],
    request.sid,
  );
}
