/** "Would this request pass, and why?": a decision, step by step, for an operator who names the caller. */

import { ERRORS } from '../http/errors.ts';
import { Problem } from '../problem.ts';
import { explainReason, nameOfReason, type Reason, reasonOfProblem } from '../reason.ts';
import type { Database } from '../storage/database.ts';
import { decideRequest, type Identity, type Policy, STEPS, type Trace } from './decision.ts';
import { routeOf } from './target.ts';

export interface Explanation {
  decision: 'allow' | 'deny';
  status: number;
  /** Twilio's code of a refusal. */
  code: number | null;
  /** The name of the reason of a refusal. */
  reason: string | null;
  steps: { step: string; result: 'ok' | 'refused' | 'not reached'; text: string }[];
}

/** Decides on a request of the caller that `username` names; a subaccount of an app stands for the app. */
export async function explain(
  database: Database,
  policy: Policy,
  asked: { username: string; method: string; target: string },
): Promise<Explanation> {
  const { username, method, target } = asked;
  const credentials = () => ({ username, named: 'app' }) as const;
  let trace: Trace = { sender: {}, passed: [] };
  try {
    const identity = await database.look((query) => {
      trace = { sender: {}, passed: [] };
      return decideRequest(query, policy, { method, target, credentials }, trace);
    });
    const text = `The request passes: by="${identity.by}".`;
    const steps = [
      ...passedSteps(trace, identity.by),
      { step: 'answer', result: 'ok' as const, text },
    ];
    return { decision: 'allow', status: 200, code: null, reason: null, steps };
  } catch (error) {
    if (!(error instanceof Problem) || ERRORS[error.problem].status >= 500) throw error;
    return refusal(error, trace);
  }
}

function refusal(problem: Problem, trace: Trace): Explanation {
  const { status, code, message } = ERRORS[problem.problem];
  const reason: Reason =
    problem.reason ?? reasonOfProblem(problem.problem, ERRORS[problem.problem].status);
  const failed = STEPS[trace.passed.length];
  const steps: Explanation['steps'] = passedSteps(trace, undefined);
  for (const step of STEPS.slice(trace.passed.length, -1)) {
    steps.push(
      step === failed
        ? { step, result: 'refused', text: explainReason(reason) ?? problem.message }
        : { step, result: 'not reached', text: '' },
    );
  }
  steps.push({ step: 'answer', result: 'refused', text: `${status}, ${code}: ${message}` });
  return { decision: 'deny', status, code, reason: nameOfReason(reason), steps };
}

/** The steps before the answer that were passed. Nobody is asked for where `by` is anonymous or unknown. */
function passedSteps(trace: Trace, by: Identity['by'] | undefined): Explanation['steps'] {
  const passesAtOnce = by === 'anonymous' || by === 'unknown';
  return STEPS.slice(0, -1)
    .filter((step) => passesAtOnce || trace.passed.includes(step))
    .map((step) => ({
      step,
      result: passesAtOnce && step !== 'target' ? ('not reached' as const) : ('ok' as const),
      text: textOf(step, trace),
    }));
}

function textOf(step: (typeof STEPS)[number], { target, sender, accountSid, rule }: Trace): string {
  switch (step) {
    case 'target':
      return target ? `It can be read in one way: ${routeOf(target)}.` : '';
    case 'credentials':
      if (sender.app) return `The app ${sender.app.sid} acts for ${sender.account?.sid}.`;
      return sender.account ? `The account ${sender.account.sid} acts.` : '';
    case 'account':
      return accountSid ? `${accountSid} is of the caller’s family, and open.` : '';
    case 'rule':
      if (!rule) return '';
      return sender.app
        ? `${rule.path} (${rule.methods.join(', ')}) asks an app for ${rule.app}, scope ${rule.scope}.`
        : 'An account needs no rule.';
    case 'answer':
      return '';
  }
}
