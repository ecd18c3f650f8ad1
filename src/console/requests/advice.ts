/** What to do about a refusal: one sentence for each reason that has an answer. */

import type { Reason } from '../../reason.ts';

const ADVICE: Readonly<Record<string, string>> = {
  credentials_missing: 'Send the Account SID as the user name and the Auth Token as the password.',
  token_wrong:
    'Use the account’s own Auth Token. An app that acts for a customer uses the SID of the customer’s subaccount with the token of the app’s owner.',
  account_suspended: 'The parent account or the operator can activate it again.',
  app_owner_suspended: 'Ask the operator to activate the account of the app’s owner.',
  authorization_ended: 'If the customer wants the app back, send them the authorize link again.',
  permission_missing:
    'Add the permission to the app, then send the customer the authorize link again. Customers grant what the app asks for at that moment.',
  app_changes_nothing: 'Use the credentials of the account itself.',
  account_of_others: 'Use the SID of the caller’s own account or of one of its subaccounts.',
  outside_subaccount:
    'Use the AccountSid from the redirect. It is the customer’s subaccount for this app.',
  stand_in_refused: 'docs/stand-ins.md lists the rules that each stand-in checks.',
  key_too_weak: 'Use the Auth Token or a Main key.',
  resource_unknown: 'Check the SID, and that the resource belongs to this account.',
  route_unknown: 'Check the URL against the API reference.',
  method_unknown: 'The Allow header of the response lists the methods.',
  rate_limited: 'Wait as long as the Retry-After header says. Smaller pages cost less.',
  parameter_wrong: 'The message of the response names the rule.',
  page_token_wrong: 'Follow the next_page_uri of the previous page instead of building a URL.',
};

/** What to do about a reason; undefined where there is nothing to say. */
export function adviceFor(reason: Reason): string | undefined {
  const [name = ''] = reason.split(' ', 1);
  return ADVICE[name];
}
