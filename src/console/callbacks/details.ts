/** One callback: what was tried, what comes next, what is signed and how to check it. */

import { html } from 'hono/html';
import type { Attempt, CallbackKind } from '../../callbacks/callback.ts';
import type { CallbackDetails } from '../../callbacks/operations.ts';
import { TEST_HEADER } from '../../callbacks/request.ts';
import { failureSentence } from '../../outgoing/failure-sentences.ts';
import { csrfField, type Html } from '../../pages/layout.ts';
import { plainText } from '../../pages/text.ts';
import { LANGUAGES, type Language } from '../apps/samples.ts';
import type { AccountVisit } from '../console.ts';
import { codeSample, type TimelineItem, timeline } from '../parts/lists.ts';
import { tabs } from '../parts/page-head.ts';
import { definitionList, panel } from '../parts/panel.ts';
import { chip, exactTime, fullTime, relativeTime, sid } from '../parts/text.ts';
import { verificationOf } from './verification.ts';
import { STATE_TONES, STATE_WORDS } from './words.ts';

/** The languages that have a check of their own; curl has the shell's. */
const CHECKING = LANGUAGES.filter(([language]) => language !== 'cli').map(
  ([language, name]) => [language, language === 'curl' ? 'openssl' : name] as const,
);

/** Reads the language of the query; Node.js when it names none. */
export function languageOf(text: string | undefined): Language {
  return CHECKING.find(([language]) => language === text)?.[0] ?? 'node';
}

/** The body of the page. */
export function callbackDetails(
  visit: AccountVisit,
  callback: CallbackDetails,
  path: string,
  language: Language,
): Html {
  const own = `${path}/${callback.sid}`;
  return html`<div class="stack"><div class="two">${factsOf(visit, callback)}${attemptsOf(visit, callback)}</div>${signedOf(callback, own, language)}</div>`;
}

/** The form that sends it again. */
export function sendAgainButton(
  { csrfToken }: AccountVisit,
  { sid: callbackSid }: CallbackDetails,
  path: string,
): Html {
  return html`<form method="post" action="${path}/${callbackSid}/resend">${csrfField(csrfToken)}<button>Send again</button></form>`;
}

function factsOf({ now }: AccountVisit, callback: CallbackDetails): Html {
  const { status, kind, method, url, subaccountSid, createdAt } = callback;
  return panel({
    title: 'Details',
    isPadded: true,
    body: definitionList([
      ['State', chip(STATE_TONES[status], STATE_WORDS[status])],
      ['Reports', kind === 'test' ? testWords() : KIND_WORDS[kind]],
      ['Sent to', html`<code>${method} ${plainText(withoutUserInfo(url))}</code>`],
      ['AccountSid', sid(subaccountSid)],
      ['Idempotency token', sid(callback.sid)],
      ['Created', fullTime(createdAt, now)],
    ]),
  });
}

const KIND_WORDS: Readonly<Record<Exclude<CallbackKind, 'test'>, string>> = {
  deauthorization: 'The end of an authorization',
  status: 'The status of a message or call (StatusCallback)',
  message: 'An incoming message (SmsUrl); it is sent once',
  call: 'An answered call (Url); it is sent once',
};

function testWords(): Html {
  return html`Nothing: this is a test with an AccountSid that nobody has and the header <code>${TEST_HEADER}: true</code>. It is sent once.`;
}

function attemptsOf({ now }: AccountVisit, { attempts, remaining, status }: CallbackDetails): Html {
  const items: TimelineItem[] = [
    ...attempts.map((attempt) => attemptItem(attempt, now)),
    ...remaining.map(
      (at, index): TimelineItem => ({
        tone: 'plain',
        title: index === 0 ? 'Next attempt' : 'If that fails',
        text: `${relativeTime(at, now)}, ${index === 0 ? '' : 'at the earliest '}${exactTime(at)}`,
      }),
    ),
  ];
  if (status === 'failed') {
    items.push({
      tone: 'plain',
      title: 'No attempts left',
      text: 'To try once more, select Send again.',
    });
  }
  return panel({
    id: 'attempts',
    title: 'Attempts',
    isPadded: true,
    body: items.length === 0 ? html`<p>None yet.</p>` : timeline(items),
  });
}

function attemptItem(attempt: Attempt, now: number): TimelineItem {
  const { number, status, failure, startedAt, durationMs, answer } = attempt;
  const isGood = status !== null && status >= 200 && status < 300;
  const result = failure === null ? `answered ${status}` : failureSentence(failure);
  return {
    tone: isGood ? 'ok' : 'bad',
    title: `Attempt ${number}: ${result}`,
    text: html`${exactTime(startedAt)} (${relativeTime(startedAt, now)}), took ${durationMs} ms${answerOf(answer)}`,
  };
}

/** The beginning of an answer, as text whatever it is. */
export function answerOf(answer: string | null): Html {
  if (answer === null || answer === '') return html``;
  return html`<details><summary>Answer (first kilobyte)</summary><pre class="wrap" tabindex="0"><code><bdi>${plainText(answer)}</bdi></code></pre></details>`;
}

function signedOf(callback: CallbackDetails, path: string, language: Language): Html {
  const { method, request, parameters } = callback;
  const url = withoutUserInfo(request.url);
  const code = verificationOf(language, {
    method,
    url,
    signed: request.signed,
    parameters,
  });
  const about =
    method === 'POST'
      ? 'The signature covers the URL, then each parameter and its value, sorted by name.'
      : 'The signature covers the URL with its query, which holds the parameters of a GET.';
  return html`${panel({
    title: 'What is signed',
    isPadded: true,
    body: html`<p>${about} Its HMAC-SHA1 with your primary Auth Token, in Base64, is <code>X-Twilio-Signature</code>.</p>
${codeSample({ id: 'signed', what: 'what is signed', code: request.signed, isWrapped: true })}
<p>With your current token, the signature is <code>${request.signature}</code>.</p>`,
  })}${panel({
    id: 'check',
    title: 'How to check it',
    isPadded: true,
    body: html`${tabs(
      'Languages',
      CHECKING.map(([value, text]) => ({
        text,
        href: `${path}?language=${value}#check`,
        isCurrent: value === language,
      })),
    )}${codeSample({ id: 'verification', what: 'the check', code, isWrapped: true })}`,
  })}`;
}

function withoutUserInfo(url: string): string {
  return url.replace(/^([a-z]+:\/\/)[^/?#]*@/i, '$1');
}
