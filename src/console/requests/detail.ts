/** One request: who sent it, which rule decided, and how to send it again. No secret. */

import { html } from 'hono/html';
import { isSubaccount } from '../../accounts/account.ts';
import type { Context } from '../../context.ts';
import { pathParameter } from '../../http/request.ts';
import type { Html } from '../../pages/layout.ts';
import { Problem } from '../../problem.ts';
import { explainReason } from '../../reason.ts';
import { getRequest } from '../../requests/operations.ts';
import type { ApiRequest } from '../../requests/request.ts';
import { parseSid } from '../../sid.ts';
import type { AccountVisit, View } from '../console.ts';
import { codeSample } from '../parts/lists.ts';
import { breadcrumb } from '../parts/page-head.ts';
import { definitionList, panel } from '../parts/panel.ts';
import { count, fullTime, sid } from '../parts/text.ts';
import { adviceFor } from './advice.ts';
import { recordOf } from './filter.ts';
import { type AppNames, callerText, namesOf } from './names.ts';
import { durationText, patternOf, routeText, standInTag, statusText } from './row.ts';

/** The page; raises `not_found` for a request that is not in this account's record. */
export async function requestView(context: Context, visit: AccountVisit): Promise<View> {
  const { account, link } = visit;
  const requestSid = parseSid('RQ', pathParameter(visit.request, 'Sid'));
  if (requestSid === undefined) throw new Problem('not_found');
  const { accountSid } = recordOf(account);
  const request = await getRequest(context, { accountSid, sid: requestSid });
  // A subaccount's people see their part of the family's record.
  if (isSubaccount(account) && request.pathAccountSid !== account.sid) {
    throw new Problem('not_found');
  }
  const names = await namesOf(context, account, [request.caller]);
  const route = routeText(request.route);
  return {
    title: `${request.method} ${route}`,
    section: 'requests',
    lede: html`${breadcrumb(link('requests'), 'Requests', sid(request.sid))}${standInTag(request.route)}`,
    body: html`<div class="stack">${decision(request)}${panel({ isPadded: true, title: 'The request', body: facts(visit, request, names) })}${sendAgain(visit, request)}</div>`,
  };
}

/** The request as a command; of a URL that no route has, only the beginning is known. */
function sendAgain(visit: AccountVisit, request: ApiRequest): Html | string {
  if (request.route.endsWith('*')) return '';
  return panel({
    isPadded: true,
    title: 'Send it again',
    body: html`${codeSample({ id: 'curl', code: curlFor(visit, request), what: 'The request as a curl command', isWrapped: true })}<p class="sub">Set AUTH_TOKEN to the Auth Token first. The parameters of a request are not kept.</p>`,
  });
}

/** The rule that decided. */
function decision({ status, reason, code }: ApiRequest): Html {
  if (reason === null) {
    return panel({
      isPadded: true,
      title: 'Answered',
      body: html`<p>The caller may do this, and the server did it.</p>`,
    });
  }
  const advice = adviceFor(reason);
  return panel({
    isPadded: true,
    title: status >= 500 ? 'Why it failed' : 'Why it was refused',
    body: html`<p>${explainReason(reason) ?? reason}</p>${advice === undefined ? '' : html`<p class="quiet">${advice}</p>`}${
      code === null
        ? ''
        : html`<p class="sub">Error code ${code}: <a href="https://www.twilio.com/docs/errors/${code}" rel="noreferrer">Twilio’s page</a>, <a href="/docs">API reference</a></p>`
    }`,
  });
}

function facts({ now }: AccountVisit, request: ApiRequest, names: AppNames): Html {
  const isApp = request.caller.startsWith('CN') || request.caller.startsWith('SK');
  return definitionList([
    ['Status', statusText(request.status)],
    ['When', fullTime(request.createdAt, now)],
    ['Took', durationText(request.durationUs)],
    [
      'Who',
      html`${callerText(request.caller, names)}${isApp ? html` ${sid(request.caller)}` : ''}`,
    ],
    ['Account in the path', sid(request.pathAccountSid)],
    ...(request.resourceSid === null ? [] : ([['Resource', sid(request.resourceSid)]] as const)),
    ['Network', html`<code>${request.network}</code>`],
    ['Client', request.userAgent ?? 'not named'],
    ...(request.more === 0
      ? []
      : ([['Similar requests', `${count(request.more)} more in the same second`]] as const)),
  ]);
}

/** The command that sends the same, as far as is known. */
function curlFor({ request }: AccountVisit, one: ApiRequest): string {
  const pattern = patternOf(one.route);
  const last = /\/:\w+$/.test(pattern) && one.resourceSid !== null;
  const path = pattern
    .replace(':AccountSid', one.pathAccountSid)
    .replace(/\/:\w+$/, (part) => (last ? `/${one.resourceSid}` : part))
    .replace(/:(\w+)/g, '{$1}')
    .replace('…', '');
  const method = one.method === 'GET' ? '' : ` -X ${one.method}`;
  const data = one.method === 'POST' ? " \\\n  -d 'Parameter=value'" : '';
  const url = `${request.protocol}://${request.host}${path}.json`;
  return `curl${method} -u ${one.pathAccountSid}:$AUTH_TOKEN \\\n  ${url}${data}`;
}
