/** Answers questions of gateways: one look at the database for a request, lines of the log, observations. */

import { performance } from 'node:perf_hooks';
import type { Admission } from '../http/admission.ts';
import { ERRORS } from '../http/errors.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { Problem } from '../problem.ts';
import { nameOfReason, type Reason, reasonOfProblem } from '../reason.ts';
import type { CreateRequestSid } from '../sid.ts';
import type { Database, Queryable } from '../storage/database.ts';
import {
  decideRequest,
  type FindAsker,
  type Identity,
  type Policy,
  type Question,
  rememberAskers,
  type Trace,
} from './decision.ts';
import type { Denials } from './denials.ts';
import { routeOf } from './target.ts';

/** Who may pass; or else what keeps the request out. */
type Outcome = { identity: Identity } | { problem: Problem; reason: Reason };

export interface Decision {
  requestId: string;
  question: Question | undefined;
  outcome: Outcome;
}

/** What is known of a decision. */
interface Judged {
  question: Question | undefined;
  trace: Trace;
  outcome: Outcome;
}

/** Decides; never raises. An overloaded process refuses at once. */
export interface Decider {
  /** `read` reads the question, and raises what is wrong with it. */
  decide(read: () => Question): Promise<Decision>;
  /**
   * Decides on several questions of one request, which has one ID: of the log, they take a line for all, and one for
   * each refusal.
   */
  decideAll(questions: readonly Question[]): Promise<Decision[]>;
}

export type Decide = Decider['decide'];

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
/** In the place of a reason. */
const ALLOWED = 'allowed';

/** Creates what decides. */
export function createDecider(parts: DeciderParts): Decider {
  const { database, policy, metrics, createRequestSid, denials, admission } = parts;
  // Its fields are all named below: looking for secrets in them would cost more than the line.
  const log = parts.logger.child({}, { redact: [] });

  /** Looks at the database once; raises `overloaded`, and failures of ours. */
  async function look<T>(work: (query: Queryable) => Promise<T>): Promise<T> {
    if (!admission.mayBegin()) throw OVERLOADED;
    admission.begin();
    try {
      return await database.look(work);
    } finally {
      admission.end();
    }
  }

  function refusalOf(error: unknown, requestId: string): Outcome {
    const problem = asDenial(error);
    if (problem !== error) parts.logger.error({ requestId, err: error }, 'A decision failed');
    const { status } = ERRORS[problem.problem];
    return { problem, reason: problem.reason ?? reasonOfProblem(problem.problem, status) };
  }

  function count({ outcome }: Judged, ms: number): void {
    if ('problem' in outcome) metrics.observeDecision('deny', nameOfReason(outcome.reason), ms);
    else metrics.observeDecision('allow', ALLOWED, ms);
  }

  /** Writes the line of a decision, and remembers a refusal. */
  function tell(requestId: string, { question, trace, outcome }: Judged, ms: number): void {
    const { sender, target, accountSid } = trace;
    const [callerSid, connectAppSid] = [sender.account?.sid, sender.app?.sid];
    const method = question && /^[A-Z]{1,20}$/.test(question.method) ? question.method : '?';
    const route = target ? routeOf(target) : 'none';
    const line = `${method} ${route}`;
    const asked = { requestId, accountSid, callerSid, connectAppSid, method, route };
    const durationMs = rounded(ms);
    if (!('problem' in outcome)) {
      log.info({ ...asked, decision: 'allow', reason: ALLOWED, durationMs, status: 200 }, line);
      return;
    }
    const { status, code } = ERRORS[outcome.problem.problem];
    const reason = nameOfReason(outcome.reason);
    log.info({ ...asked, decision: 'deny', reason, durationMs, status, code }, line);
    denials.add({
      time: new Date(parts.now()).toISOString(),
      requestId,
      account: accountSid,
      caller: callerSid,
      app: connectAppSid,
      reason: outcome.reason,
      status,
      code,
      method,
      route,
    });
  }

  return {
    async decide(read) {
      const begun = performance.now();
      const requestId = createRequestSid();
      let trace = newTrace();
      let question: Question | undefined;
      let outcome: Outcome;
      try {
        const asked = read();
        question = asked;
        const identity = await look((query) => {
          // It may run again after a lost connection.
          trace = newTrace();
          return decideRequest(query, policy, asked, trace);
        });
        outcome = { identity };
      } catch (error) {
        outcome = refusalOf(error, requestId);
      }
      const ms = performance.now() - begun;
      const judged = { question, trace, outcome };
      count(judged, ms);
      tell(requestId, judged, ms);
      return { requestId, question, outcome };
    },

    async decideAll(questions) {
      const begun = performance.now();
      const requestId = createRequestSid();
      const judge = async (query: Queryable, question: Question, find: FindAsker) => {
        const trace = newTrace();
        try {
          const identity = await decideRequest(query, policy, question, trace, find);
          return { question, trace, outcome: { identity } };
        } catch (error) {
          if (asDenial(error) !== error) throw error;
          return { question, trace, outcome: refusalOf(error, requestId) };
        }
      };
      let all: Judged[];
      try {
        all = await look((query) => {
          const find = rememberAskers(query, policy);
          return Promise.all(questions.map((question) => judge(query, question, find)));
        });
      } catch (error) {
        const outcome = refusalOf(error, requestId);
        all = questions.map((question) => ({ question, trace: newTrace(), outcome }));
      }
      const ms = performance.now() - begun;
      let denied = 0;
      for (const judged of all) {
        count(judged, ms);
        if (!('problem' in judged.outcome)) continue;
        denied += 1;
        tell(requestId, judged, ms);
      }
      const durationMs = rounded(ms);
      log.info({ requestId, count: all.length, denied, durationMs, status: 200 }, 'Decisions');
      return all.map(({ question, outcome }) => ({ requestId, question, outcome }));
    },
  };
}

function newTrace(): Trace {
  return { sender: {}, passed: [] };
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
