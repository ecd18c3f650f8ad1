/** What to do about a refusal: one sentence for each reason that has an answer. */

import type { Reason } from '../../reason.ts';

const ADVICE: Readonly<Record<string, string>> = {
  credentials_missing: 'Send the Account SID as the user name and the auth token as the password.',
  token_wrong:
    'Use the account’s own auth token. An app that acts for a customer uses the SID of the customer’s subaccount with the token of the app’s owner.',
  account_suspended: 'The parent account or the operator can activate it again.',
  app_owner_suspended: 'Ask the operator to activate the account of the app’s owner.',
  authorization_ended: 'Send the customer the authorize link again if they want it back.',
  permission_missing:
    'Ask for the permission in the app’s settings, and send the customer the authorize link again: they grant what the app asks for at that moment.',
  app_changes_nothing: 'Change it with the credentials of the account itself.',
  account_of_others: 'Use the SID of the caller’s own account or of one of its subaccounts.',
  outside_subaccount:
    'Use the SID that the redirect brought: the customer’s subaccount for this app.',
  stand_in_refused: 'docs/stand-ins.md names the rules that each stand-in checks.',
  key_too_weak: 'Use the auth token or a Main key.',
  resource_unknown: 'Check the SID; another account’s resource is unknown here, too.',
  route_unknown: 'Check the URL against the API reference.',
  method_unknown: 'The Allow header of the answer names the methods.',
  rate_limited:
    'Wait as long as the Retry-After header says. Reading pages of fewer items costs less.',
  parameter_wrong: 'The answer’s message names the rule.',
  page_token_wrong: 'Follow the next_page_uri of the page before; do not build one.',
};

/** What to do about a reason; undefined where there is nothing to say. */
export function adviceFor(reason: Reason): string | undefined {
  const [name = ''] = reason.split(' ', 1);
  return ADVICE[name];
}
