/**
 * The closed list of reasons for which a request is refused, for those who look into the record of
 * requests. More exact than problem.ts, and never sent to the caller: a caller must not learn which half
 * of its credentials is wrong.
 */

import type { ProblemName } from './problem.ts';

/** A sentence with places for values: `$1`, `$2`. */
const SENTENCES = {
  credentials_missing:
    'The request had no credentials. Send the Account SID and the Auth Token with HTTP Basic.',
  credentials_twice: 'The request had more than one Authorization header.',
  token_wrong: 'The Auth Token belongs neither to this account nor to an app that acts for it.',
  account_suspended: 'The account $1 is suspended.',
  account_closed: 'The account $1 is closed.',
  app_owner_suspended: 'The account that owns the app is suspended.',
  app_owner_closed: 'The account that owns the app is closed.',
  authorization_ended: 'The customer has removed the access of this app.',
  permission_missing: 'The app is granted $1; a $3 of this account needs $2.',
  app_changes_nothing:
    'An app cannot change accounts, authorizations or Connect Apps, whatever it is granted.',
  outside_subaccount: 'An app can do this only in the subaccount that was made for it.',
  key_too_weak: 'A Standard API key cannot manage accounts or API keys.',
  url_ambiguous:
    'Programs could read the URL in different ways, or it does not belong to an account.',
  method_override: 'A header of the request asked for another method than its own.',
  gateway_unclear: 'The gateway must say exactly once which request it asks about.',
  subject_unknown: 'The subject names no account, API key or app with its subaccount.',
  gateway_token_wrong: 'The gateway did not send its token.',
  app_never: 'A rule for this route refuses every app.',
  account_of_others:
    'The account $1 in the path is neither the caller’s nor one of its subaccounts.',
  resource_unknown: 'There is no such resource in this account.',
  route_unknown: 'This server has no such URL.',
  method_unknown: 'This URL does not take $1.',
  other_site:
    'A browser sent the request for a page of another site, which cannot change anything.',
  rate_limited: 'The account has used its $1 units of work for this second.',
  parameter_wrong: 'The parameter $1 breaks a rule.',
  status_wrong: 'The parameter Status has a value that is not allowed.',
  subaccount_nested: 'A subaccount cannot create subaccounts.',
  status_not_changeable:
    'Only a parent account can change the status, and only of its subaccounts.',
  account_final: 'The account is closed, and that is final.',
  page_size_wrong: 'The page size is over the limit.',
  page_token_wrong: 'The PageToken was not made by this server for this list.',
  malformed: 'The request could not be understood.',
  too_slow: 'The request took too long to arrive.',
  headers_too_large: 'The request headers are too large.',
  body_too_large: 'The request body is over 64 kB.',
  media_type_wrong: 'The parameters were not sent as a form.',
  stand_in_refused: 'A stand-in refused it as Twilio does; the code names the rule.',
  overloaded: 'The server was overloaded.',
  database_away: 'The database did not answer.',
  server_failed: 'The server failed; its log says why.',
} as const;

export type ReasonName = keyof typeof SENTENCES;

/** A reason as it is kept: its name, and its values, with spaces between. */
export type Reason = string;

/** What every problem means when whoever raised it gave no reason. */
const OF_PROBLEM: Partial<Record<ProblemName, ReasonName>> = {
  not_authenticated: 'token_wrong',
  not_found: 'resource_unknown',
  resource_unknown: 'route_unknown',
  method_not_allowed: 'method_unknown',
  friendly_name_invalid: 'parameter_wrong',
  nested_subaccount: 'subaccount_nested',
  status_invalid: 'status_wrong',
  account_closed: 'account_final',
  parameter_invalid: 'parameter_wrong',
  status_not_changeable: 'status_not_changeable',
  page_size_too_large: 'page_size_wrong',
  page_token_invalid: 'page_token_wrong',
  request_malformed: 'malformed',
  request_too_slow: 'too_slow',
  headers_too_large: 'headers_too_large',
  body_too_large: 'body_too_large',
  media_type_unsupported: 'media_type_wrong',
  too_many_requests: 'rate_limited',
  overloaded: 'overloaded',
  storage_unavailable: 'database_away',
};

/** Makes a reason. A value is a SID, a number or a name of ours: never a text that somebody sent. */
export function reasonOf(name: ReasonName, ...values: readonly (string | number)[]): Reason {
  return [name, ...values].join(' ');
}

/** The name of a reason, without its values: one of `ReasonName`, or what another version wrote. */
export function nameOfReason(reason: Reason): string {
  return reason.split(' ', 1)[0] ?? '';
}

/** The reason of a problem that was raised without one: the rest of those that are the caller's are of stand-ins. */
export function reasonOfProblem(problem: ProblemName | 'internal', status: number): Reason {
  const known = problem === 'internal' ? undefined : OF_PROBLEM[problem];
  return known ?? (status < 500 ? 'stand_in_refused' : 'server_failed');
}

/** Explains a reason in a sentence; undefined for one that this version does not know. */
export function explainReason(reason: Reason): string | undefined {
  const [name = '', ...values] = reason.split(' ');
  if (!isReasonName(name)) return undefined;
  return SENTENCES[name].replace(
    /\$(\d)/g,
    (_, place: string) => values[Number(place) - 1] ?? 'it',
  );
}

function isReasonName(name: string): name is ReasonName {
  return Object.hasOwn(SENTENCES, name);
}
