/** *Send again* for all that a filter matches: the plan, then how far it is. */

import { html } from 'hono/html';
import { MOST_COUNTED, type Resend } from '../../callbacks/resend.ts';
import { csrfField, type Html } from '../../pages/layout.ts';
import type { AccountVisit } from '../console.ts';
import { dialogCard, keepIt, linkButton, panel } from '../parts/panel.ts';
import { chip, count, counted, time } from '../parts/text.ts';
import { type Filter, subjectOf } from './words.ts';

/** A number that counting may have stopped at: `214`, or `more than 10,000`. */
export function boundedCount(number: number): string {
  return number > MOST_COUNTED ? `more than ${count(MOST_COUNTED)}` : count(number);
}

/** The card with the plan: how many match, what happens, what does not. */
export function planCard(
  { csrfToken }: AccountVisit,
  { path, filter, matched }: { path: string; filter: Filter; matched: number },
): Html {
  const back = `${path}${filter.words.size > 0 ? `?${filter.words}` : ''}`;
  const subject = subjectOf(filter);
  if (matched === 0) {
    return dialogCard({
      title: 'Nothing to send again',
      body: html`<p>No ${subject} match.</p><div class="row">${keepIt(back, 'Back')}</div>`,
    });
  }
  const number = boundedCount(matched);
  return dialogCard({
    title: `Send ${number} ${matched === 1 ? 'callback' : 'callbacks'} again?`,
    body: html`<p>${matched === 1 ? `1 of the ${subject} matches` : `${number} ${subject} match`}.</p>
<ul><li>Each is sent to the URL that the app had when the authorization ended.</li>
<li>Each keeps its idempotency token, so the app can recognize it.</li>
<li>Callbacks that are being sent right now are left alone.</li>
<li>You can stop it at any time.</li></ul>
<form method="post" action="${path}/resend">${csrfField(csrfToken)}<input type="hidden" name="state" value="${filter.words.get('state') ?? ''}"><input type="hidden" name="since_at" value="${filter.since}">
<div class="row"><button>Send ${number} again</button>${keepIt(back, 'Cancel', false)}</div></form>`,
  });
}

/** How far a resend is, in one sentence. */
export function progressSentence({ state, sent, skipped, matched }: Resend): string {
  const of = `${count(sent)} of ${boundedCount(matched)}`;
  const rest = skipped === 0 ? '' : ` ${counted(skipped, 'was', 'were')} being sent anyway.`;
  switch (state) {
    case 'running':
      return `Sending again: ${of} so far.${rest}`;
    case 'stopped':
      return `Stopped after ${of}.${rest}`;
    case 'done':
      return `Done: ${count(sent)} ${sent === 1 ? 'callback was' : 'callbacks were'} queued again.${rest}`;
  }
}

/** The body of the page of a resend. */
export function resendProgress(
  { csrfToken, now }: AccountVisit,
  resend: Resend,
  path: string,
): Html {
  const own = `${path}/resends/${resend.sid}`;
  const isRunning = resend.state === 'running';
  const most = Math.min(resend.matched, MOST_COUNTED);
  return panel({
    title: 'Progress',
    ...(!isRunning && { actions: chip(resend.state === 'done' ? 'ok' : 'warn', resend.state) }),
    isPadded: true,
    body: html`<p>${progressSentence(resend)}</p>
<progress max="${Math.max(1, most)}" value="${Math.min(resend.sent + resend.skipped, most)}" aria-label="Progress"></progress>
<p class="quiet">Started ${time(resend.createdAt, now)}.${isRunning ? ' It continues even if the server restarts.' : ''}</p>
<div class="row">${
      isRunning
        ? html`<form method="post" action="${own}/stop">${csrfField(csrfToken)}<button class="danger">Stop</button></form>`
        : ''
    }${linkButton({ href: path, text: 'All callbacks', kind: 'second' })}</div>`,
  });
}
