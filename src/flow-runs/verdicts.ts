/** What an answer of the app means in each check, and what to change. */

import { failureSentence } from '../outgoing/failure-sentences.ts';
import type { CheckName, Exchange, Verdict } from './flow-run.ts';

export interface Judgement {
  verdict: Verdict;
  hint: string;
}

const SLOW_MS = 5_000;

const passed = (hint: string): Judgement => ({ verdict: 'passed', hint });
const warned = (hint: string): Judgement => ({ verdict: 'warned', hint });
const failed = (hint: string): Judgement => ({ verdict: 'failed', hint });
const isSuccess = (status: number) => status >= 200 && status < 300;
const isRefusal = (status: number) => status >= 400 && status < 500;

/** A page that the customer's browser is sent to. */
export function judgeVisit(
  name: 'accept' | 'deny' | 'again',
  visits: readonly Exchange[],
): Judgement {
  const last = visits.at(-1);
  const status = last?.status ?? null;
  if (last === undefined || status === null) return failed(failureSentence(last?.failure ?? ''));
  if (name === 'accept' && hasTwoStates(visits[0]?.url ?? '')) {
    return failed(
      'The Authorize URL has a state parameter of its own, so the app reads two. Remove it.',
    );
  }
  if (status >= 300 && status < 400 && visits.length > 5) {
    return failed('Redirects go on and on. A browser would give up, too.');
  }
  if (status < 400) return passed(PASSED_VISITS[name]);
  if (name === 'deny' && isRefusal(status)) {
    return warned(
      'The customer sees an error page. Show one that says that nothing was connected.',
    );
  }
  if (name !== 'deny' && [400, 401, 403].includes(status)) {
    return warned(
      'The app refused the state. That is right if it accepts only a state that it made itself: then start at your own page, and watch Requests.',
    );
  }
  if (status < 500) return failed(`The app answered ${status}. Check the Authorize URL.`);
  return name === 'again'
    ? failed(
        `The app answered ${status}. It must know a customer again by AccountSid, and not add it twice.`,
      )
    : failed(`The app answered ${status}. Its log says why.`);
}

const PASSED_VISITS = {
  accept: 'The app took AccountSid, and state came back as it was sent.',
  deny: 'The app took error=unauthorized_client.',
  again: 'The same AccountSid came again: no second customer was made on this server.',
};

function hasTwoStates(url: string): boolean {
  return (URL.parse(url)?.searchParams.getAll('state').length ?? 0) > 1;
}

/** A callback. */
export function judgeCallback(
  name: 'revoke' | 'forged' | 'replay' | 'unknown',
  { status, failure }: Exchange,
): Judgement {
  if (status === null) return failed(failureSentence(failure ?? ''));
  if (name === 'forged') {
    if (isRefusal(status)) return passed('The app refused it.');
    return isSuccess(status)
      ? failed(
          'The app accepted it: anybody can end your customers’ access. Check X-Twilio-Signature, and answer 403.',
        )
      : failed(`The app answered ${status}. Refuse it with 403.`);
  }
  if (name === 'unknown') {
    return status < 500
      ? passed('The app answered without an error of its own.')
      : failed(
          `The app answered ${status}. Answer 2xx for an AccountSid that you do not know: it is gone already.`,
        );
  }
  if (isSuccess(status)) {
    return passed(
      name === 'revoke' ? 'The app accepted it.' : 'The app took it twice without harm.',
    );
  }
  if (status >= 300 && status < 400) {
    return failed(
      'The app answered with a redirect, which is not followed. Set the final Deauthorize URL.',
    );
  }
  return name === 'replay'
    ? failed(
        `The app answered ${status}. A callback can come twice: answer 2xx when the customer is gone already.`,
      )
    : failed(`The app answered ${status}. Only a 2xx counts as delivered.`);
}

/** Whether the app takes callbacks with the method that is configured. */
export function judgeMethod(callback: Exchange): Judgement {
  const { status, method, failure } = callback;
  if (status === null) return failed(failureSentence(failure ?? ''));
  const other = method === 'GET' ? 'POST' : 'GET';
  return [404, 405, 501].includes(status)
    ? failed(
        `The app does not take ${method} there. Add a route for it, or set the method to ${other}.`,
      )
    : passed(`The app takes ${method}, as configured.`);
}

/** How long the slowest answer took. */
export function judgeSpeed(exchanges: readonly Exchange[]): Judgement {
  const slowest = Math.max(...exchanges.map(({ durationMs }) => durationMs));
  const seconds = (slowest / 1000).toFixed(1);
  if (exchanges.some(({ failure }) => failure === 'timed_out')) {
    return failed(
      'An answer did not come within 15 seconds. Answer first, and do the work afterwards.',
    );
  }
  return slowest > SLOW_MS
    ? warned(
        `The slowest answer took ${seconds} s; after 15 s an attempt fails. Answer first, and do the work afterwards.`,
      )
    : passed(`The slowest answer took ${seconds} s.`);
}

/** Why a check was not made. */
export function skipped(name: CheckName, reason: 'no_url' | 'no_time' | 'no_answer'): Judgement {
  const hint = {
    no_url: 'The app has no Deauthorize URL, so it is never told that a customer left.',
    no_time: 'The run took too long. Make the slow answers faster, and run it again.',
    no_answer: name === 'speed' ? 'Nothing was asked.' : 'There is no answer to judge.',
  }[reason];
  return { verdict: 'skipped', hint };
}
