/** `connect-apps authorizations …`: what customers authorized, and consent without a browser. */

import type { Command } from 'commander';
import { getAccount } from '../accounts/operations.ts';
import type { Authorization } from '../authorizations/authorization.ts';
import {
  authorizeConnectApp,
  checkCustomer,
  getConsentParties,
  listingOfAuthorizedConnectApps,
  revokeAuthorization,
} from '../authorizations/operations.ts';
import { allowedUrl, deniedUrl, MAX_STATE_BYTES } from '../authorizations/redirect.ts';
import type { Context } from '../context.ts';
import { parameterProblem } from '../parameter.ts';
import { addExamples } from './examples.ts';
import { checkFollowed, followRedirect } from './follow.ts';
import { lookUp, onDatabase } from './on-database.ts';
import { printItem, printList } from './output.ts';
import { readAll } from './read-all.ts';
import { addDatabaseFlags } from './settings.ts';

interface Flags {
  accountSid: string;
  connectAppSid: string;
  state?: string;
  follow?: boolean;
  json?: boolean;
}

const FOLLOW = [
  '--follow',
  'request the redirect URL as a browser would, and print the response status',
] as const;

/** Adds the commands. */
export function addAuthorizationCommands(program: Command): void {
  const authorizations = program
    .command('authorizations')
    .description('authorize Connect Apps, and list what customers authorized');

  const create = ofOneApp(authorizations, 'create', 'authorize a Connect App without a browser')
    .option('--state <text>', 'the state to return to the app, before URL encoding')
    .option(...FOLLOW)
    .action((flags: Flags) => recordAnswer(flags, allow));
  addExamples(
    create,
    'authorizations create --account-sid AC00000000000000000000000000000002 --connect-app-sid CNb989fdd207b04d16aee578018ef5fd93 --state "order 17"',
  );

  const deny = ofOneApp(authorizations, 'deny', 'deny a Connect App, like Deny on the consent page')
    .option(...FOLLOW)
    .action((flags: Flags) => recordAnswer(flags, refuse));
  addExamples(
    deny,
    'authorizations deny --account-sid AC00000000000000000000000000000002 --connect-app-sid CNb989fdd207b04d16aee578018ef5fd93',
  );

  const listing = command(
    authorizations,
    'list',
    'list the Connect Apps that a customer authorized',
  ).action((flags: Flags) => onDatabase(flags, (context) => list(context, flags)));
  addExamples(listing, 'authorizations list --account-sid AC00000000000000000000000000000002');

  const revocation = ofOneApp(
    authorizations,
    'revoke',
    "revoke an authorization, and call the app's Deauthorize URL",
  ).action(async (flags: Flags) => {
    const revoked = await onDatabase(flags, (context) => revoke(context, flags));
    printItem(wireOf(revoked), flags.json === true);
  });
  addExamples(
    revocation,
    'authorizations revoke --account-sid AC00000000000000000000000000000002 --connect-app-sid CNb989fdd207b04d16aee578018ef5fd93',
  );
}

function command(authorizations: Command, name: string, description: string): Command {
  return addDatabaseFlags(authorizations.command(name))
    .description(description)
    .requiredOption('--account-sid <sid>', 'the customer')
    .option('--json', 'print JSON with the property names of the API');
}

function ofOneApp(authorizations: Command, name: string, description: string): Command {
  return command(authorizations, name, description).requiredOption(
    '--connect-app-sid <sid>',
    'the Connect App',
  );
}

/** Answers a request for consent, prints the answer, and with --follow sends it to the app. */
async function recordAnswer(
  flags: Flags,
  work: (context: Context, flags: Flags) => Promise<{ redirect: string }>,
): Promise<void> {
  const item = await onDatabase(flags, (context) => work(context, flags));
  if (!flags.follow) {
    printItem(item, flags.json === true);
    return;
  }
  const outcome = await followRedirect(flags, item.redirect);
  printItem({ ...item, redirect_status: outcome.status }, flags.json === true);
  checkFollowed(outcome);
}

async function allow(context: Context, flags: Flags) {
  const { accountSid, authorizeRedirectUrl } = await findParties(context, flags);
  const state = encodeState(flags.state);
  const key = { accountSid, connectAppSid: flags.connectAppSid };
  const authorization = await authorizeConnectApp(context, key);
  const redirect = allowedUrl(authorizeRedirectUrl, authorization.subaccountSid, {
    state,
    cb: undefined,
  });
  return { ...wireOf(authorization), redirect };
}

/** A denial returns nothing but the error parameter. */
const NO_PARAMETERS = { state: undefined, cb: undefined };

async function refuse(context: Context, flags: Flags) {
  const { connectAppSid, authorizeRedirectUrl } = await findParties(context, flags);
  return {
    connect_app_sid: connectAppSid,
    redirect: deniedUrl(authorizeRedirectUrl, NO_PARAMETERS),
  };
}

/** The app and the account, checked as on the consent page. */
async function findParties(context: Context, flags: Flags) {
  const account = await findCustomer(context, flags);
  const { app } = await lookUp(`Connect App ${flags.connectAppSid}`, () =>
    getConsentParties(context.database.query, flags.connectAppSid),
  );
  checkCustomer(account);
  // An app without one is refused above.
  const authorizeRedirectUrl = app.authorizeRedirectUrl ?? '';
  return { accountSid: account.sid, connectAppSid: app.sid, authorizeRedirectUrl };
}

function findCustomer(context: Context, { accountSid }: Flags) {
  return lookUp(`account ${accountSid}`, () => getAccount(context, accountSid));
}

async function revoke(context: Context, flags: Flags): Promise<Authorization> {
  const { sid: accountSid } = await findCustomer(context, flags);
  const { connectAppSid } = flags;
  return lookUp(`authorization of Connect App ${connectAppSid} by account ${accountSid}`, () =>
    revokeAuthorization(context, { accountSid, connectAppSid }),
  );
}

async function list(context: Context, flags: Flags): Promise<void> {
  const account = await findCustomer(context, flags);
  const authorized = await readAll(listingOfAuthorizedConnectApps(context, account).slice);
  const items = authorized.map((one) => ({
    ...wireOf(one),
    connect_app_friendly_name: one.connectAppFriendlyName,
  }));
  printList(
    items,
    ['connect_app_sid', 'connect_app_friendly_name', 'account_sid', 'permissions'],
    flags.json === true,
  );
}

/** As it stands in a link of the app: an argument has no other form than the text itself. */
function encodeState(state: string | undefined): string | undefined {
  const encoded = state === undefined ? undefined : encodeURIComponent(state.toWellFormed());
  if (encoded === undefined || encoded.length <= MAX_STATE_BYTES) return encoded;
  throw parameterProblem('state', `must have at most ${MAX_STATE_BYTES} bytes in a URL`);
}

/** Property names as in the API; `account_sid` is the subaccount created for the app. */
function wireOf(authorization: Authorization) {
  return {
    account_sid: authorization.subaccountSid,
    connect_app_sid: authorization.connectAppSid,
    permissions: authorization.permissions,
  };
}
