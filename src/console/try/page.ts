/** What the pages of *Try the flow* show. */

import { html } from 'hono/html';
import type { ConnectApp } from '../../connect-apps/connect-app.ts';
import {
  CHECK_TITLES,
  CHECKS,
  type CheckResult,
  type Exchange,
  type FlowRun,
  inOrder,
} from '../../flow-runs/flow-run.ts';
import { csrfField, type Html } from '../../pages/layout.ts';
import { isolated, plainText } from '../../pages/text.ts';
import { nameOf } from '../apps/app-link.ts';
import { answerOf } from '../callbacks/details.ts';
import type { AccountVisit } from '../console.ts';
import { codeSample } from '../parts/lists.ts';
import { empty, notice, panel } from '../parts/panel.ts';
import { table, tableRow } from '../parts/table.ts';
import { chip, time } from '../parts/text.ts';
import { cameOf, markdownOf, summaryOf, VERDICT_TONES, VERDICT_WORDS } from './words.ts';

/** What a run does, what is in the way, and the runs so far. */
export function tryPage(
  visit: AccountVisit,
  {
    app,
    obstacle,
    runs,
  }: { app: ConnectApp; obstacle: string | undefined; runs: readonly FlowRun[] },
): Html {
  const { link, now } = visit;
  const path = link(`apps/${app.sid}`);
  return html`<div class="stack">${obstacle === undefined ? '' : notice('warn', html`${obstacle} <a href="${path}/edit">Edit the app</a>`)}${
    obstacle === undefined && app.deauthorizeCallbackUrl === null
      ? notice(
          'warn',
          html`This app has no Deauthorize URL, so five of the nine checks are skipped. <a href="${path}/edit">Add one</a>`,
        )
      : ''
  }${panel({
    isPadded: true,
    title: 'What happens',
    body: html`<p>A run creates a customer, who allows the app, denies it, allows it again and removes the access. Your app gets the same requests as from a real customer; no real customer is involved. The customer is deleted when the run ends. Your app keeps what it stored.</p>
<ol>${CHECKS.map((name) => html`<li>${CHECK_TITLES[name]}</li>`)}</ol>`,
  })}${panel({
    title: 'Runs',
    body:
      runs.length === 0
        ? empty({
            title: 'No run yet',
            text: 'A run takes a few seconds. Its result is kept for 29 days.',
          })
        : table({
            label: 'Runs',
            columns: RUN_COLUMNS,
            rows: runs.map((run) =>
              tableRow(RUN_COLUMNS, [
                html`<a href="${path}/try/${run.sid}">${time(run.createdAt, now)}</a>`,
                summaryOf(run),
              ]),
            ),
          }),
  })}</div>`;
}

const RUN_COLUMNS = [
  { head: 'Started', isTight: true },
  { head: 'Result', onPhone: 'whole' },
] as const;

/** The form that begins a run. */
export function runButton({ link, csrfToken }: AccountVisit, app: ConnectApp, text: string): Html {
  return html`<form method="post" action="${link(`apps/${app.sid}/try`)}">${csrfField(csrfToken)}<button>${text}</button></form>`;
}

/** The result of a run, or how far it is. */
export function runPage(app: ConnectApp, run: FlowRun): Html {
  const isRunning = run.state === 'running';
  const checks = inOrder(run.checks);
  return html`<div class="stack">${panel({
    title: 'Result',
    isPadded: true,
    body: html`<p role="status">${summaryOf(run)}</p>${isRunning ? html`<progress max="9" value="${checks.length}" aria-label="Checks made"></progress>` : ''}`,
  })}${CHECKS.flatMap((name, index) => {
    const check = checks.find((one) => one.name === name);
    return check === undefined ? [] : [checkPanel(check, index + 1)];
  })}${
    isRunning
      ? ''
      : panel({
          title: 'To share',
          isPadded: true,
          body: html`<p>The result as Markdown. It has the app’s URLs and answers, but no token and no signature.</p><details><summary>Markdown</summary>${codeSample({ id: 'markdown', what: 'the result as Markdown', code: plainText(markdownOf(run, nameOf(app))), isWrapped: true })}</details>`,
        })
  }</div>`;
}

function checkPanel({ name, verdict, hint, exchanges }: CheckResult, number: number): Html {
  return panel({
    title: `${number}. ${CHECK_TITLES[name]}`,
    actions: chip(VERDICT_TONES[verdict], VERDICT_WORDS[verdict]),
    isPadded: true,
    body: html`<p>${hint}</p>${exchanges.map(exchangeOf)}`,
  });
}

function exchangeOf(exchange: Exchange): Html {
  const { method, url, body, answer } = exchange;
  return html`<dl class="facts"><dt>Sent</dt><dd><code>${method} ${isolated(url)}</code>${body === null ? '' : html`<br><code>${body}</code>`}</dd><dt>Received</dt><dd>${cameOf(exchange)}${answerOf(answer)}</dd></dl>`;
}
