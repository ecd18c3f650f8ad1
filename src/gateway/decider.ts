/** Answers questions of gateways: one look at the database each, one line of the log, one observation. */

import { performance } from 'node:perf_hooks';
import type { Admission } from '../http/admission.ts';
import { ERRORS } from '../http/errors.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { Problem } from '../problem.ts';
import { type Reason, reasonOfProblem } from '../reason.ts';
import type { CreateRequestSid } from '../sid.ts';
import type { Database, Queryable } from '../storage/database.ts';
import {
  decideRequest,
  type Identity,
  type Policy,
  type Question,
  type Trace,
} from './decision.ts';
import type { Denials } from './denials.ts';
import { routeOf } from './target.ts';

export interface Decision {
  requestId: string;
  question: Question | undefined;
  /** Who may pass; or else what keeps the request out. */
  outcome: { identity: Identity } | { problem: Problem; reason: Reason };
}

export interface DeciderParts {
  database: Database;
  policy: Policy;
  logger: Logger;
  metrics: Pick<Metrics, 'observeDecision'>;
  createRequestSid: CreateRequestSid;
  denials: Denials;
  now: () => number;
  admission: Admission;
}

/** Made once: what must be cheap collects no stack. */
const OVERLOADED = new Problem('overloaded');

/**
 * Decides; never raises. An overloaded process refuses at once. `read` reads the question, and raises what is
 * wrong with it; `query` is given for a decision that is one of several in the same look.
 */
export type Decide = (read: () => Question, query?: Queryable) => Promise<Decision>;

/** Creates what decides. */
export function createDecider(parts: DeciderParts): Decide {
  const { database, policy, metrics, createRequestSid, denials, admission } = parts;
  // Its fields are all named below: looking for secrets in them would cost more than the line.
  const log = parts.logger.child({}, { redact: [] });
  return async (read, given) => {
    const begun = performance.now();
    const hasRoom = given !== undefined || admission.mayBegin();
    if (hasRoom) admission.begin();
    const requestId = createRequestSid();
    let trace: Trace = { sender: {}, passed: [] };
    let question: Question | undefined;
    let outcome: Decision['outcome'];
    try {
      if (!hasRoom) throw OVERLOADED;
      const asked = read();
      question = asked;
      const decideIn = (query: Queryable) => {
        // It may run again after a lost connection.
        trace = { sender: {}, passed: [] };
        return decideRequest(query, policy, asked, trace);
      };
      const identity = await (given ? decideIn(given) : database.look(decideIn));
      outcome = { identity };
    } catch (error) {
      const problem = asDenial(error);
      outcome = {
        problem,
        reason: problem.reason ?? reasonOfProblem(problem.problem, ERRORS[problem.problem].status),
      };
      if (problem !== error) parts.logger.error({ requestId, err: error }, 'A decision failed');
    }
    if (hasRoom) admission.end();
    const ms = performance.now() - begun;
    const reason = 'problem' in outcome ? (outcome.reason.split(' ')[0] ?? '') : 'allowed';
    const decision = 'problem' in outcome ? 'deny' : 'allow';
    metrics.observeDecision(decision, reason, ms);
    const { sender, target } = trace;
    const method = question && /^[A-Z]{1,20}$/.test(question.method) ? question.method : '?';
    const route = target ? routeOf(target) : 'none';
    const fields = {
      requestId,
      account: trace.accountSid,
      caller: sender.account?.sid,
      app: sender.app?.sid,
      decision,
      reason,
    };
    const { account: accountSid, caller: callerSid, app: connectAppSid } = fields;
    const named = {
      requestId,
      accountSid,
      callerSid,
      connectAppSid,
      method,
      route,
      decision,
      reason,
      durationMs: rounded(ms),
    };
    if ('problem' in outcome) {
      const { status, code } = ERRORS[outcome.problem.problem];
      const time = new Date(parts.now()).toISOString();
      denials.add({ time, ...fields, reason: outcome.reason, status, code, method, route });
      log.info({ ...named, status, code }, `${method} ${route}`);
    } else {
      log.info({ ...named, status: 200 }, `${method} ${route}`);
    }
    return { requestId, question, outcome };
  };
}

/** A failure of ours is a refusal that may be tried again: there is no way to fail open. */
function asDenial(error: unknown): Problem {
  if (error instanceof Problem && ERRORS[error.problem].status < 500) return error;
  if (error instanceof Problem && error.problem === 'overloaded') return error;
  const name = error instanceof Problem ? error.problem : 'internal';
  return new Problem('storage_unavailable', undefined, {
    cause: error,
    reason: reasonOfProblem(name, 500),
  });
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
