/** `connect-apps authorizations …`: what customers authorized, and consent without a browser. */

import type { Command } from 'commander';
import type { Act } from '../admin/act.ts';
import {
  createAuthorization,
  denyAuthorization,
  listAuthorizations,
  revokeAuthorizationAct,
} from '../admin/acts/authorizations.ts';
import type { Wire } from '../admin/input.ts';
import { Problem } from '../problem.ts';
import { addExamples } from './examples.ts';
import { operate, readAll } from './operator.ts';
import { printItem, printList } from './output.ts';
import { addOperatorFlags } from './settings.ts';

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
    .action((flags: Flags) => recordAnswer(flags, createAuthorization, { state: flags.state }));
  addExamples(
    create,
    'authorizations create --account-sid AC00000000000000000000000000000002 --connect-app-sid CNb989fdd207b04d16aee578018ef5fd93 --state "order 17"',
  );

  const deny = ofOneApp(authorizations, 'deny', 'deny a Connect App, like Deny on the consent page')
    .option(...FOLLOW)
    .action((flags: Flags) => recordAnswer(flags, denyAuthorization, {}));
  addExamples(
    deny,
    'authorizations deny --account-sid AC00000000000000000000000000000002 --connect-app-sid CNb989fdd207b04d16aee578018ef5fd93',
  );

  const listing = command(
    authorizations,
    'list',
    'list the Connect Apps that a customer authorized',
  ).action(async (flags: Flags) => {
    const input = { account_sid: flags.accountSid };
    const items = await operate(flags, (call) => readAll(call, listAuthorizations, input));
    const columns = ['connect_app_sid', 'connect_app_friendly_name', 'account_sid', 'permissions'];
    printList(items, columns, flags.json === true);
  });
  addExamples(listing, 'authorizations list --account-sid AC00000000000000000000000000000002');

  const revocation = ofOneApp(
    authorizations,
    'revoke',
    "revoke an authorization, and call the app's Deauthorize URL",
  ).action(async (flags: Flags) => {
    const input = { account_sid: flags.accountSid, connect_app_sid: flags.connectAppSid };
    const revoked = await operate(flags, (call) => call(revokeAuthorizationAct, input));
    printItem(revoked, flags.json === true);
  });
  addExamples(
    revocation,
    'authorizations revoke --account-sid AC00000000000000000000000000000002 --connect-app-sid CNb989fdd207b04d16aee578018ef5fd93',
  );
}

function command(authorizations: Command, name: string, description: string): Command {
  return addOperatorFlags(authorizations.command(name))
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

/** Answers a request for consent, prints the answer, and with --follow that of the app. */
async function recordAnswer(flags: Flags, act: Act, input: Wire): Promise<void> {
  const { redirect_failure: failure, ...item } = await operate(flags, (call) =>
    call(act, {
      account_sid: flags.accountSid,
      connect_app_sid: flags.connectAppSid,
      follow: flags.follow,
      ...input,
    }),
  );
  printItem(item, flags.json === true);
  if (failure === undefined) return;
  throw new Problem(
    'redirect_failed',
    `The redirect could not be called (${failure}). The consent above is still recorded.`,
  );
}
