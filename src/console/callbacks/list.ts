/** The callbacks of an app, as a table with its filters and actions. */

import { html } from 'hono/html';
import type { CallbackInList } from '../../callbacks/operations.ts';
import type { Resend } from '../../callbacks/resend.ts';
import { remainingAttempts } from '../../callbacks/schedule.ts';
import type { ConnectApp } from '../../connect-apps/connect-app.ts';
import { csrfField, type Html } from '../../pages/layout.ts';
import type { AccountVisit } from '../console.ts';
import type { ListPage } from '../paging.ts';
import { filterChoice } from '../parts/field.ts';
import { buttonRow, empty, linkButton, notice, panel } from '../parts/panel.ts';
import { filterBar, pager, table, tableRow } from '../parts/table.ts';
import { chip, counted, sid, tag, time } from '../parts/text.ts';
import { progressSentence } from './resends.ts';
import { type Filter, reasonOf, SINCE_CHOICES, STATE_CHOICES, STATE_WORDS } from './words.ts';

export interface CallbackList {
  app: ConnectApp;
  filter: Filter;
  list: ListPage<CallbackInList>;
  /** Why the guard refuses the Deauthorize URL, if it was asked and does. */
  obstacle: string | undefined;
  resend: Resend | undefined;
}

const COLUMNS = [
  { head: 'Created' },
  { head: 'State', isTight: true },
  { head: 'Last attempt', onPhone: 'whole' },
  { head: 'Subaccount', isTight: true },
] as const;

/** The body of the page. */
export function callbackList(visit: AccountVisit, page: CallbackList): Html {
  const { app, filter, list } = page;
  const path = visit.link(`apps/${app.sid}/callbacks`);
  const isFiltered = filter.words.size > 0;
  return html`${noticesOf(visit, page)}${filterBar({
    live: 'callbacks',
    action: path,
    fields: html`${filterChoice({ name: 'state', label: 'State', value: filter.words.get('state') ?? '', choices: STATE_CHOICES })}${filterChoice({ name: 'since', label: 'Created since', value: filter.words.get('since') ?? '', choices: SINCE_CHOICES })}`,
  })}${panel({
    id: 'callbacks',
    title: 'Callbacks',
    actions:
      list.items.length === 0
        ? html``
        : linkButton({
            href: `${path}/resend${isFiltered ? `?${filter.words}` : ''}`,
            text: isFiltered ? 'Send matching again…' : 'Send all again…',
            kind: 'second',
            isDialog: true,
          }),
    body:
      list.items.length > 0
        ? table({
            label: 'Callbacks',
            columns: COLUMNS,
            rows: list.items.map((callback) => rowOf(visit, path, callback)),
            pager: pager({ ...list, swap: 'callbacks' }),
          })
        : isFiltered
          ? empty({
              title: 'Nothing matches',
              text: `No callback matches these filters.`,
              actions: linkButton({ href: path, text: 'Clear filters', kind: 'second' }),
            })
          : emptyOf(visit, app),
  })}`;
}

function rowOf({ now }: AccountVisit, path: string, callback: CallbackInList): Html {
  const { status, kind, createdAt } = callback;
  const word = STATE_WORDS[status];
  const reason = reasonOf(callback);
  const hasFailed = status !== 'delivered' && callback.latest !== undefined;
  return tableRow(COLUMNS, [
    html`<a href="${path}/${callback.sid}">${time(createdAt, now)}</a>${kind === 'deauthorization' ? '' : html` ${tag(kind)}`}`,
    status === 'failed' ? chip('bad', word) : html`<span class="quiet">${word}</span>`,
    html`${hasFailed ? html`<span class="why">${reason}</span>` : reason}${attemptsOf(callback, now)}`,
    sid(callback.subaccountSid, { isShort: true }),
  ]);
}

/** How many attempts were made, and what is left of the schedule. */
function attemptsOf(callback: CallbackInList, now: number): Html {
  const { attemptsMade, nextAttemptAt } = callback;
  const left = remainingAttempts(callback).length;
  const made = attemptsMade > 1 || left > 0 ? counted(attemptsMade, 'attempt') : '';
  if (nextAttemptAt === null) return made === '' ? html`` : html`<span class="sub">${made}</span>`;
  return html`<span class="sub">${made}, next ${time(nextAttemptAt, now)}, ${left} left</span>`;
}

/** What is in the way, and what is under way. */
function noticesOf({ link }: AccountVisit, page: CallbackList): Html {
  const { app, list, obstacle, resend } = page;
  const path = link(`apps/${app.sid}`);
  const isRunning = resend?.state === 'running';
  return html`${
    app.deauthorizeCallbackUrl === null && list.items.length > 0
      ? notice(
          'warn',
          html`This app has no Deauthorize URL, so it gets no callbacks. <a href="${path}/edit">Add one</a>`,
        )
      : ''
  }${obstacle === undefined ? '' : notice('bad', html`<strong>The Deauthorize URL is refused.</strong> ${obstacle}`)}${
    isRunning
      ? notice(
          'plain',
          html`${progressSentence(resend)} <a href="${path}/callbacks/resends/${resend.sid}">Watch or stop</a>`,
        )
      : ''
  }`;
}

function emptyOf(visit: AccountVisit, app: ConnectApp): Html {
  return app.deauthorizeCallbackUrl === null
    ? empty({
        title: 'No callback yet',
        text: 'This app has no Deauthorize URL, so it gets no callbacks.',
        actions: linkButton({
          href: visit.link(`apps/${app.sid}/edit`),
          text: 'Add a Deauthorize URL',
        }),
      })
    : empty({
        title: 'No callback yet',
        text: 'The app gets a callback when an authorization ends.',
        actions: sendTestButton(visit, app),
      });
}

/** A form with one button, which sends a test callback; nothing when there is nowhere to send it. */
export function sendTestButton({ link, csrfToken }: AccountVisit, app: ConnectApp): Html {
  if (app.deauthorizeCallbackUrl === null) return html``;
  return buttonRow(
    html`<form method="post" action="${link(`apps/${app.sid}/callbacks/test`)}">${csrfField(csrfToken)}<button class="second">Send a test callback</button></form>`,
  );
}
