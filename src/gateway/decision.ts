/**
 * "May this request pass?", in five steps: the target, who asks, the account of the path, the rule of the
 * route, and how a refusal is said. Who is who is access/'s to know.
 */

import {
  type Caller,
  type Credentials,
  isKnown,
  type NamedCaller,
  type Sender,
} from '../access/authenticate.ts';
import { type Access, checkKeyType, checkOpen, findAccess, type Right } from '../access/decide.ts';
import type { Permission } from '../connect-apps/permissions.ts';
import type { Keyring } from '../keys/keyring.ts';
import { Problem } from '../problem.ts';
import { reasonOf } from '../reason.ts';
import { parseSid } from '../sid.ts';
import type { Queryable } from '../storage/database.ts';
import {
  CHANGING,
  checkRule,
  type FindRule,
  isReading,
  type Method,
  READING,
  type Rule,
} from './rules.ts';
import { parseTarget, type Target } from './target.ts';

/** A request that a gateway asks about. */
export interface Question {
  method: string;
  /** The request target, as it was sent. */
  target: string;
  /** Reads who asks; raises `not_authenticated`. */
  credentials(): Credentials | NamedCaller;
  /** The Connect App that asks, if somebody says so: it must be that one. */
  app?: string | undefined;
}

export type By = 'account' | 'parent' | 'app' | 'key' | 'anonymous' | 'unknown';

/** Who may pass, and for which account: what the platform goes by. SIDs are empty where nobody was checked. */
export interface Identity {
  account: string;
  caller: string;
  by: By;
  app: string;
  permissions: readonly Permission[];
}

export interface Policy {
  keyring: Keyring;
  findRule: FindRule;
  /** Whether an API key of an app's owner acts for a sandbox that the path names. */
  keysActForApps: boolean;
  /** Whether requests with credentials of accounts that only the platform knows pass, for it to check. */
  passesUnknown: boolean;
}

export const STEPS = ['target', 'credentials', 'account', 'rule', 'answer'] as const;

/** What is found out on the way, for logs and explanations: the later members are absent if a step before failed. */
export interface Trace {
  target?: Target;
  sender: Sender;
  accountSid?: string;
  rule?: Rule;
  /** The steps that were passed. */
  passed: (typeof STEPS)[number][];
}

/** Who asks, and for which account: `sender` has what is known of it, also if `access` is refused. */
interface Asker {
  sender: Sender;
  access: Promise<Access>;
}

export type FindAsker = (
  credentials: Credentials | NamedCaller,
  accountSid: string | undefined,
) => Asker;

const METHODS: readonly Method[] = [...READING, ...CHANGING];
const ANONYMOUS: Identity = { account: '', caller: '', by: 'anonymous', app: '', permissions: [] };

/** Returns what finds out who asks. */
function askersOf(query: Queryable, { keyring, keysActForApps }: Policy): FindAsker {
  return (credentials, accountSid) => {
    const sender: Sender = {};
    const wish = { credentials, accountSid, keysActForApps, sender };
    return { sender, access: findAccess(query, keyring, wish) };
  };
}

/** The same for questions that are asked together: whoever was named before is not looked up again. */
export function rememberAskers(query: Queryable, policy: Policy): FindAsker {
  const find = askersOf(query, policy);
  const known = new Map<string, Asker>();
  return (credentials, accountSid) => {
    const key = JSON.stringify([credentials, accountSid]);
    const asker = known.get(key) ?? find(credentials, accountSid);
    known.set(key, asker);
    return asker;
  };
}

/** Returns who may pass, or raises the reason why not. */
export async function decideRequest(
  query: Queryable,
  policy: Policy,
  { method: methodText, target: targetText, credentials, app }: Question,
  trace: Trace,
  find: FindAsker = askersOf(query, policy),
): Promise<Identity> {
  const target = parseTarget(targetText);
  if (!target) throw new Problem('not_found', undefined, { reason: reasonOf('url_ambiguous') });
  trace.target = target;
  // A browser asks so before it sends credentials; the platform must treat it as harmless.
  if (methodText === 'OPTIONS') return checkApp(ANONYMOUS, app);
  const method = METHODS.find((one) => one === methodText);
  if (method === undefined) {
    throw new Problem('method_not_allowed', undefined, { reason: reasonOf('method_unknown') });
  }
  trace.passed.push('target');
  try {
    const claim = credentials();
    const { accountSid } = target;
    if (policy.passesUnknown && (await isOnlyPlatforms(query, claim.username, accountSid))) {
      return checkApp({ ...ANONYMOUS, by: 'unknown' }, app);
    }
    const asker = find(claim, accountSid);
    return checkApp(await decideCaller(policy, { method, target, asker }, trace), app);
  } catch (error) {
    throw method === 'GET' && target.isList ? asForList(error) : error;
  }
}

async function decideCaller(
  policy: Policy,
  { method, target, asker }: { method: Method; target: Target; asker: Asker },
  trace: Trace,
): Promise<Identity> {
  const { sender, access } = asker;
  trace.sender = sender;
  const { caller, account } = await access.catch((error) => {
    // Only who is known may be told that an account is not theirs.
    if (error instanceof Problem && error.problem === 'not_found') trace.passed.push('credentials');
    throw error;
  });
  trace.passed.push('credentials');
  trace.accountSid = account.sid;
  const right = rightOf(method, target);
  checkOpen(caller, right, account);
  trace.passed.push('account');
  checkKeyType(caller, right);
  const rule = policy.findRule(method, target);
  trace.rule = rule;
  checkRule(rule, method, caller, account);
  trace.passed.push('rule');
  return {
    account: account.sid,
    caller: caller.account.sid,
    by: byOf(caller, account.sid),
    app: caller.permissions === undefined ? '' : (sender.app?.sid ?? ''),
    permissions: caller.permissions ?? [],
  };
}

/** Returns the identity unless it is not that of the app: the subaccount is another's, or nobody's. */
function checkApp(identity: Identity, app: string | undefined): Identity {
  if (app === undefined || identity.app === app) return identity;
  throw new Problem('not_authenticated', undefined, { reason: reasonOf('subject_unknown') });
}

function byOf({ account, permissions, apiKey }: Caller, accountSid: string): By {
  if (permissions !== undefined) return 'app';
  if (apiKey !== undefined) return 'key';
  return account.sid === accountSid ? 'account' : 'parent';
}

/** What a route is to a Standard API key and to an account that is not active. */
function rightOf(method: Method, { segments: [, account, resource] }: Target): Right {
  const verb = isReading(method) ? 'read' : 'change';
  if (account === undefined || resource === undefined) return `${verb} account`;
  return /^(?:signing)?keys$/i.test(resource) ? `${verb} keys` : verb;
}

/** Neither who asks nor the account asked for is one of ours, and so no sandbox either. */
async function isOnlyPlatforms(
  query: Queryable,
  username: string,
  accountSid: string | undefined,
): Promise<boolean> {
  const isSid = parseSid('AC', username) ?? parseSid('SK', username);
  if (isSid === undefined || (await isKnown(query, username))) return false;
  return accountSid === undefined || !(await isKnown(query, accountSid));
}

/** One of the official clients takes 20006 on a list for its end, as in http/api.ts. */
function asForList(error: unknown): unknown {
  return error instanceof Problem && error.problem === 'access_denied'
    ? new Problem('not_authenticated', error.detail, { reason: error.reason })
    : error;
}
