/**
 * AuthZEN 1.0 (OpenID Authorization API): the same decisions for the platform's own code, one or up to a hundred
 * at a time. The subject is named and not proven, so these URLs always need the gateway's token.
 */

import { ERRORS } from '../http/errors.ts';
import { Problem } from '../problem.ts';
import { nameOfReason, reasonOf } from '../reason.ts';
import type { Decider, Decision } from './decider.ts';
import type { Question } from './decision.ts';

const SEMANTICS = ['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'] as const;
const MAX_EVALUATIONS = 100;
const ACCOUNTS = '/2010-04-01/Accounts';

type Members = Readonly<Record<string, unknown>>;

/** One evaluation as the platform reads it. */
interface Evaluation {
  decision: boolean;
  context: Members;
}

/** A request that is none of AuthZEN's: its status and what is wrong with it. */
interface Fault {
  status: number;
  message: string;
}

/** Evaluates one request. */
export async function evaluate({ decide }: Decider, body: unknown): Promise<Evaluation | Fault> {
  const asked = readEvaluation(membersOf(body));
  return 'status' in asked ? asked : evaluationOf(await decide(() => asked));
}

/** Evaluates several, which share what stands above them; one that is malformed is no decision for the others. */
export async function evaluateAll(
  decider: Decider,
  body: unknown,
): Promise<{ evaluations: Evaluation[] } | Evaluation | Fault> {
  const { evaluations, options, ...shared } = membersOf(body);
  const semantic = membersOf(options).evaluations_semantic ?? 'execute_all';
  if (!SEMANTICS.some((one) => one === semantic)) {
    return { status: 400, message: `evaluations_semantic must be one of ${SEMANTICS.join(', ')}.` };
  }
  if (evaluations === undefined) return evaluate(decider, shared);
  if (!Array.isArray(evaluations)) return { status: 400, message: 'evaluations must be an array.' };
  if (evaluations.length === 0) return evaluate(decider, shared);
  if (evaluations.length > MAX_EVALUATIONS) {
    return { status: 400, message: `Send at most ${MAX_EVALUATIONS} evaluations.` };
  }
  const asked = evaluations.map((one: unknown) => readEvaluation({ ...shared, ...membersOf(one) }));
  const questions = asked.flatMap((one) => ('status' in one ? [] : [one]));
  const all = (await decider.decideAll(questions)).map(evaluationOf);
  asked.forEach((one, at) => {
    if ('status' in one) all.splice(at, 0, { decision: false, context: { error: one } });
  });
  return { evaluations: all.slice(0, endOf(all, semantic)) };
}

/** How many of the results there are: the last is the first that decides. */
function endOf(all: readonly Evaluation[], semantic: unknown): number {
  if (semantic === 'execute_all') return all.length;
  const first = all.findIndex(({ decision }) => decision === (semantic !== 'deny_on_first_deny'));
  return first === -1 ? all.length : first + 1;
}

/** Who asks for what. */
function readEvaluation(members: Members): Question | Fault {
  const subject = membersOf(members.subject);
  const action = membersOf(members.action);
  const resource = membersOf(members.resource);
  const texts = [subject.type, subject.id, action.name, resource.type, resource.id];
  const [type, id, method, kind, name] = texts.map((one) => (typeof one === 'string' ? one : ''));
  if (!type || !id || !method || !kind || !name) {
    return {
      status: 400,
      message: 'Name subject.type, subject.id, action.name, resource.type and resource.id.',
    };
  }
  const isApp = type === 'connect_app';
  const username = isApp ? membersOf(subject.properties).account_sid : id;
  const credentials = () => {
    if (!(isApp || type === 'account' || type === 'api_key') || typeof username !== 'string') {
      throw new Problem('not_authenticated', undefined, { reason: reasonOf('subject_unknown') });
    }
    return { username, named: isApp ? 'app' : 'account' } as const;
  };
  // What is neither is no target, and so refused.
  const target = kind === 'route' ? name : kind === 'account' ? `${ACCOUNTS}/${name}` : '';
  return { method, target, credentials, app: isApp ? id : undefined };
}

function evaluationOf({ outcome, requestId }: Decision): Evaluation {
  if ('problem' in outcome) {
    const { code, status } = ERRORS[outcome.problem.problem];
    return { decision: false, context: { reason: nameOfReason(outcome.reason), code, status } };
  }
  const { account, by } = outcome.identity;
  return { decision: true, context: { account_sid: account, by, request: requestId } };
}

/** What AuthZEN's clients find the URLs by. */
export function metadataOf(origin: string): Members {
  return {
    policy_decision_point: origin,
    access_evaluation_endpoint: `${origin}/access/v1/evaluation`,
    access_evaluations_endpoint: `${origin}/access/v1/evaluations`,
  };
}

function membersOf(value: unknown): Members {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null;
}
