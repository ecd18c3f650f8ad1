/** The callbacks that fail, over all accounts, each with the reason in words; and sending one again. */

import { html } from 'hono/html';
import { type FailingCallback, listingOfFailing } from '../../callbacks/failing.ts';
import { retryCallback } from '../../callbacks/operations.ts';
import type { Context } from '../../context.ts';
import { pathParameter } from '../../http/request.ts';
import { csrfField, type Html } from '../../pages/layout.ts';
import { reasonOf } from '../callbacks/words.ts';
import type { Console, OperatorVisit, View } from '../console.ts';
import { readListPage } from '../paging.ts';
import { empty, panel } from '../parts/panel.ts';
import { pager, table, tableRow } from '../parts/table.ts';
import { chip, counted, shortSid, sid, time } from '../parts/text.ts';
import { operatorLink, operatorNav } from './nav.ts';

const PATH = operatorLink('callbacks');
const COLUMNS = [
  { head: 'Since', isTight: true },
  { head: 'Receiver', onPhone: 'whole' },
  { head: 'Account', onPhone: 'labelled', isTight: true },
  { head: 'State', onPhone: 'labelled', isTight: true },
  { head: 'Action', onPhone: 'whole', isTight: true },
] as const;

/** Adds the list, and the button of its rows. */
export function addFailingCallbackPages(console: Console): void {
  const { context } = console;
  console.operatorPage('callbacks', (visit) => listView(context, visit));
  console.operatorForm('callbacks/:CallbackSid(^WH[0-9a-f]{32}$)/resend', {
    fields: [],
    async submit({ acting, request }) {
      await retryCallback(acting, pathParameter(request, 'CallbackSid'));
      return PATH;
    },
  });
}

async function listView(context: Context, visit: OperatorVisit): Promise<View> {
  const { scope, slice } = listingOfFailing(context);
  const { items, newer, older } = await readListPage<FailingCallback>({
    keyring: context.keyring,
    scope,
    path: PATH,
    query: visit.query,
    slice,
    placeOf: ({ createdAt, sid: of }) => ({ createdAt, sid: of }),
  });
  const rows = items.map((callback) => rowOf(callback, visit));
  const body =
    items.length === 0
      ? empty({
          title: 'No callback fails',
          text: 'A callback appears here after its first failed attempt, until it is delivered.',
        })
      : table({
          label: 'Failing callbacks',
          columns: COLUMNS,
          rows,
          pager: pager({ newer, older, swap: 'callbacks' }),
        });
  return {
    title: 'Failing callbacks',
    nav: operatorNav('callbacks'),
    lede: 'Callbacks of all accounts, newest first.',
    body: panel({ id: 'callbacks', body }),
  };
}

function rowOf(callback: FailingCallback, { now, csrfToken }: OperatorVisit): Html {
  const { accountSid, connectAppSid, url, attemptsMade, nextAttemptAt, status } = callback;
  const next = nextAttemptAt === null ? '' : html`, next ${time(nextAttemptAt, now)}`;
  return tableRow(COLUMNS, [
    time(callback.createdAt, now),
    // The host alone: what follows it is the owner's business.
    html`<strong>${new URL(url).host}</strong><span class="sub">${reasonOf({ latest: callback.lastAttempt })}</span>`,
    html`<a href="${operatorLink(`accounts/${accountSid}`)}"><code title="${accountSid}">${shortSid(accountSid)}</code></a><span class="sub">for ${sid(connectAppSid, { isShort: true })}</span>`,
    html`${status === 'failed' ? chip('bad', 'failed') : chip('warn', 'waiting')}<span class="sub">${counted(attemptsMade, 'attempt')}${next}</span>`,
    html`<form method="post" action="${PATH}/${callback.sid}/resend">${csrfField(csrfToken)}<button class="small">Send again</button></form>`,
  ]);
}
