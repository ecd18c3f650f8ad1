/** The readiness checklist of an app, and the buttons that ask its URLs. */

import { html } from 'hono/html';
import { createUrlChecks, getReadiness, type Readiness } from '../../connect-apps/readiness.ts';
import { URL_CHECK_KINDS, type UrlCheck } from '../../connect-apps/url-check.ts';
import { pathParameter } from '../../http/request.ts';
import { failureSentence } from '../../outgoing/failure-sentences.ts';
import type { GuardedClient } from '../../outgoing/guarded-client.ts';
import { csrfField, type Html } from '../../pages/layout.ts';
import { textOf } from '../../parameter.ts';
import { Problem } from '../../problem.ts';
import type { Queryable } from '../../storage/database.ts';
import type { AccountVisit, Console } from '../console.ts';
import { type Check, checklist } from '../parts/lists.ts';
import { panel } from '../parts/panel.ts';
import { time } from '../parts/text.ts';

/** Adds the form of the Check buttons; the list itself is part of the app's own page. */
export function addReadinessForm(console: Console, client: GuardedClient): void {
  const checkUrl = createUrlChecks(client);
  console.form('apps/:ConnectAppSid/check', {
    fields: ['kind'],
    async submit({ acting, account, request, link }, form) {
      const connectAppSid = pathParameter(request, 'ConnectAppSid');
      const kind = URL_CHECK_KINDS.find((one) => one === textOf(form, 'kind'));
      if (kind === undefined) throw new Problem('not_found');
      await checkUrl(acting, { accountSid: account.sid, connectAppSid }, kind);
      return link(`apps/${connectAppSid}#readiness`);
    },
  });
}

/** The panel for the page of an app. */
export async function readinessPanel(
  visit: AccountVisit,
  query: Queryable,
  connectAppSid: string,
): Promise<Html> {
  const { account } = visit;
  const readiness = await getReadiness(query, { accountSid: account.sid, connectAppSid });
  const items = itemsOf(visit, readiness);
  const left = items.filter(({ state }) => state !== 'done').length;
  return panel({
    id: 'readiness',
    title:
      left === 0
        ? 'Ready for customers'
        : `Readiness: ${items.length - left} of ${items.length} done`,
    isPadded: true,
    body: checklist(items),
  });
}

function itemsOf(
  visit: AccountVisit,
  { app, isFullAccount, authorize, deauthorize, test }: Readiness,
): Check[] {
  const path = visit.link(`apps/${app.sid}`);
  const edit = html`<a href="${path}/edit">Edit the app</a>`;
  const set = (value: string | null, text: string, why: string): Check =>
    value === null ? { state: 'to do', text, hint: html`${why} ${edit}` } : { state: 'done', text };
  return [
    set(app.authorizeRedirectUrl, 'Authorize URL', 'Without it, nobody can authorize the app.'),
    ...(app.authorizeRedirectUrl === null ? [] : [reachable(visit, path, authorize)]),
    set(
      app.deauthorizeCallbackUrl,
      'Deauthorize URL',
      'Without it, you are not told when a customer leaves.',
    ),
    ...(app.deauthorizeCallbackUrl === null
      ? []
      : [allowed(visit, path, deauthorize), tested(visit, path, test)]),
    set(app.logoUrl, 'Logo', 'Customers see it on the consent page.'),
    set(app.homepageUrl, 'Homepage', 'Customers see who is behind the app.'),
    set(app.termsOfServiceUrl, 'Terms of service', 'Customers can read what they agree to.'),
    isFullAccount
      ? { state: 'done', text: 'Full account' }
      : {
          state: 'to do',
          text: 'Full account',
          hint: 'Nobody can authorize an app of a Trial account. Ask the operator to upgrade it.',
        },
  ];
}

function reachable(visit: AccountVisit, path: string, check: UrlCheck | undefined): Check {
  const text = 'Authorize URL can be reached';
  const button = checkButton(visit, path, 'authorize');
  if (check === undefined)
    return { state: 'unknown', text, hint: html`Not checked yet. ${button}` };
  const when = html`${time(check.checkedAt, visit.now)}. ${button}`;
  if (check.failure !== null) {
    return { state: 'failed', text, hint: html`${failureSentence(check.failure)} Checked ${when}` };
  }
  return check.status !== null && check.status < 500
    ? { state: 'done', text, hint: html`It answered ${check.status} ${when}` }
    : { state: 'failed', text, hint: html`It answered ${check.status} ${when}` };
}

function allowed(visit: AccountVisit, path: string, check: UrlCheck | undefined): Check {
  const text = 'Deauthorize URL may be called';
  const button = checkButton(visit, path, 'deauthorize');
  if (check === undefined)
    return { state: 'unknown', text, hint: html`Not checked yet. ${button}` };
  const when = html`Checked ${time(check.checkedAt, visit.now)}. ${button}`;
  return check.failure === null
    ? { state: 'done', text, hint: when }
    : { state: 'failed', text, hint: html`${failureSentence(check.failure)} ${when}` };
}

function tested({ csrfToken }: AccountVisit, path: string, test: Readiness['test']): Check {
  const text = 'Deauthorize URL answers a test with 2xx';
  const button = html`<form method="post" action="${path}/callbacks/test">${csrfField(csrfToken)}<button class="small">Send a test callback</button></form>`;
  if (test === undefined) return { state: 'unknown', text, hint: html`Not tested yet. ${button}` };
  const link = html`<a href="${path}/callbacks/${test.sid}">The test</a>`;
  if (test.isWaiting) return { state: 'unknown', text, hint: html`${link} is on its way.` };
  if (test.failure !== null) {
    return {
      state: 'failed',
      text,
      hint: html`${failureSentence(test.failure)} ${link} ${button}`,
    };
  }
  const isGood = test.status !== null && test.status >= 200 && test.status < 300;
  return isGood
    ? { state: 'done', text, hint: html`${link} was answered with ${test.status}.` }
    : { state: 'failed', text, hint: html`${link} was answered with ${test.status}. ${button}` };
}

function checkButton({ csrfToken }: AccountVisit, path: string, kind: UrlCheck['kind']): Html {
  return html`<form method="post" action="${path}/check">${csrfField(csrfToken)}<input type="hidden" name="kind" value="${kind}"><button class="small">Check</button></form>`;
}
