/**
 * Which permission a Connect App needs for a route of the platform. The rules of the platform come first, then
 * the built-in table; the first that matches decides. Accounts and their parents need no rule.
 */

import type { Caller } from '../access/authenticate.ts';
import { checkMayRead } from '../access/decide.ts';
import type { StoredAccount } from '../accounts/token.ts';
import { Problem } from '../problem.ts';
import { type Reason, reasonOf } from '../reason.ts';
import type { Target } from './target.ts';

export const READING = ['GET', 'HEAD'] as const;
export const CHANGING = ['POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type Method = (typeof READING)[number] | (typeof CHANGING)[number];

/**
 * What an app needs: `get-all`, for which `post-all` is enough in its own subaccount; `post-all`; `any` of the
 * two; or `never`, whatever it has.
 */
export const NEEDS = ['get-all', 'post-all', 'any', 'never'] as const;
/** The accounts of a customer: all, the subaccount that was made for the app, or all but that. */
export const SCOPES = ['family', 'sandbox', 'others'] as const;

export interface Rule {
  /** Segments below the version: `{Name}` and `*` stand for one, `**` at the end for any number. */
  readonly path: string;
  readonly methods: readonly Method[];
  readonly app: (typeof NEEDS)[number];
  readonly scope: (typeof SCOPES)[number];
  /** The status of a refusal. */
  readonly as: 403 | 404;
}

const closedToChanges = ['', '/*', '/*/Keys/**', '/*/SigningKeys/**', '/*/ConnectApps/**'].concat(
  '/*/AuthorizedConnectApps/**',
);

/** What holds where no rule of the platform matches; its last two rows match everything. */
const BUILT_IN: readonly Rule[] = [
  // The official PHP client asks for it, and takes 404 for "this account has none".
  rule('/Accounts/*/Balance', READING, 'get-all', 'others', 404),
  ...['Keys', 'SigningKeys', 'Tokens'].map((name) =>
    rule(`/Accounts/*/${name}/**`, READING, 'get-all', 'sandbox'),
  ),
  ...closedToChanges.map((path) => rule(`/Accounts${path}`, CHANGING, 'never', 'family')),
  rule('/Accounts/**', READING, 'get-all', 'family'),
  rule('/Accounts/**', CHANGING, 'post-all', 'sandbox'),
];

function rule(
  path: string,
  methods: readonly Method[],
  app: Rule['app'],
  scope: Rule['scope'],
  as: Rule['as'] = 403,
): Rule {
  return { path, methods, app, scope, as };
}

/** Finds the rule of a request. */
export type FindRule = (method: Method, target: Target) => Rule;

/** Of a request that no rule knows. */
const CLOSED = rule('/Accounts/**', [...READING, ...CHANGING], 'never', 'family');

/** Returns what finds the rule of a request: the patterns are taken apart once. */
export function createRuleTable(rules: readonly Rule[]): FindRule {
  const rows = [...rules, ...BUILT_IN].map((one) => {
    const parts = one.path.slice(1).toLowerCase().split('/');
    const pattern = parts.map((part) => (isPlaceholder(part) ? '*' : part));
    const isOpen = pattern.at(-1) === '**';
    return { rule: one, pattern: isOpen ? pattern.slice(0, -1) : pattern, isOpen };
  });
  return (method, { segments }) => {
    // A platform that ignores case must not have routes that no rule sees.
    const path = segments.map((segment) => segment.toLowerCase());
    const row = rows.find(
      ({ rule: { methods }, pattern, isOpen }) =>
        methods.includes(method) &&
        (isOpen ? path.length >= pattern.length : path.length === pattern.length) &&
        pattern.every((part, index) => part === '*' || part === path[index]),
    );
    return row?.rule ?? CLOSED;
  };
}

/** A line for each rule, in the order in which they are tried, the built-in ones last. */
export function describeRules(rules: readonly Rule[]): string[] {
  return [...rules, ...BUILT_IN].map(
    ({ path, methods, app, scope, as }, index) =>
      `${path} ${methods.join(',')}: ${app === 'never' ? 'never' : `${app}, ${scope}`}, else ${as}${index < rules.length ? '' : ' (built in)'}`,
  );
}

/** Whether a part of a pattern stands for any one segment. */
export function isPlaceholder(part: string): boolean {
  return part === '*' || /^\{\w+\}$/.test(part);
}

/** Raises the reason if the rule keeps an app from doing this with an account of its customer. */
export function checkRule(
  { app, scope, as }: Rule,
  method: Method,
  caller: Caller,
  account: StoredAccount,
): void {
  const { permissions } = caller;
  if (permissions === undefined) return;
  try {
    if (app === 'never') throw closed(method);
    const held = permissions.join('+') || 'nothing';
    if (app === 'post-all' && !permissions.includes('post-all')) {
      throw missing('post-all', reasonOf('permission_missing', held, 'post-all', method));
    }
    if (app === 'any' && permissions.length === 0) {
      throw missing('get-all or post-all', reasonOf('permission_missing', held, 'one', method));
    }
    const isSandbox = account.sid === caller.account.sid;
    // Whatever a rule says, an app changes nothing outside its subaccount: no customer grants that.
    const isBound = scope === 'sandbox' || !isReading(method);
    if (isBound && !isSandbox) throw outside();
    if (scope === 'others' && isSandbox) throw closed(method);
    // Nor does a rule let it read more than it was granted.
    if (app === 'get-all' || isReading(method)) checkMayRead(caller, account);
  } catch (error) {
    if (as === 404 && error instanceof Problem) {
      throw new Problem('not_found', undefined, { reason: error.reason });
    }
    throw error;
  }
}

/** Whether a method changes nothing. */
export function isReading(method: Method): boolean {
  return READING.some((reading) => reading === method);
}

function missing(permission: string, reason: Reason): Problem {
  return new Problem(
    'access_denied',
    `The customer has not granted this Connect App the permission ${permission}.`,
    { reason },
  );
}

function closed(method: Method): Problem {
  const sentence = isReading(method)
    ? 'A Connect App has no access to this resource.'
    : 'A Connect App cannot change accounts, API keys, authorizations or Connect Apps.';
  const reason = reasonOf('app_never');
  return new Problem('access_denied', sentence, { reason });
}

function outside(): Problem {
  return new Problem(
    'access_denied',
    'A Connect App can do this only in the subaccount that was created for it.',
    { reason: reasonOf('outside_subaccount') },
  );
}
