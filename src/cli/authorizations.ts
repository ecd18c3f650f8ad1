/** `connect-apps authorizations …`: what customers authorized, and consent without a browser. */

import type { Command } from 'commander';
import { getAccount } from '../accounts/account.ts';
import {
  type Authorization,
  authorizeConnectApp,
  listingOfAuthorizedConnectApps,
  revokeAuthorization,
} from '../authorizations/authorization.ts';
import type { Context } from '../context.ts';
import { addExamples } from './examples.ts';
import { printItem, printList } from './output.ts';
import { readAll } from './read-all.ts';
import { addDatabaseFlags, withContext } from './settings.ts';

interface Flags {
  accountSid: string;
  connectAppSid: string;
  json?: boolean;
}

/** Adds the commands. */
export function addAuthorizationCommands(program: Command): void {
  const authorizations = program
    .command('authorizations')
    .description('what customers authorized Connect Apps to do');

  ofOneApp(
    authorizations,
    'create',
    'authorize a Connect App: consent without a browser',
    authorizeConnectApp,
  );
  command(authorizations, 'list', 'list what a customer authorized').action((flags: Flags) =>
    withContext({ ...flags }, (context) => list(context, flags)),
  );
  ofOneApp(
    authorizations,
    'revoke',
    "deauthorize a Connect App, and tell its owner through the app's callback",
    revokeAuthorization,
  );
}

function command(authorizations: Command, name: string, description: string): Command {
  const made = addDatabaseFlags(authorizations.command(name))
    .description(description)
    .requiredOption('--account-sid <sid>', 'the customer')
    .option('--json', 'print JSON, with the names of the API');
  const app = name === 'list' ? '' : ' --connect-app-sid CN…';
  return addExamples(made, `authorizations ${name} --account-sid AC…${app}`);
}

function ofOneApp(
  authorizations: Command,
  name: string,
  description: string,
  work: (context: Context, flags: Flags) => Promise<Authorization>,
): void {
  command(authorizations, name, description)
    .requiredOption('--connect-app-sid <sid>', 'the Connect App')
    .action(async (flags: Flags) => {
      const authorization = await withContext({ ...flags }, (context) => work(context, flags));
      printItem(wireOf(authorization), flags.json === true);
    });
}

async function list(context: Context, flags: Flags): Promise<void> {
  const account = await getAccount(context, flags.accountSid);
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

/** The names of the API; `account_sid` is the subaccount that was made for the app. */
function wireOf(authorization: Authorization) {
  return {
    account_sid: authorization.subaccountSid,
    connect_app_sid: authorization.connectAppSid,
    permissions: authorization.permissions,
  };
}
