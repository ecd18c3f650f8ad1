/** `connect-apps decisions …`: what gateways are answered, and why. */

import type { Command } from 'commander';
import { listDecisions } from '../admin/acts/decisions.ts';
import { explain } from '../gateway/explain.ts';
import { createRuleTable } from '../gateway/rules.ts';
import { readRules } from '../gateway/rules-file.ts';
import { addExamples } from './examples.ts';
import { onContext } from './on-database.ts';
import { operate } from './operator.ts';
import { print, printItem, printList } from './output.ts';
import { addDatabaseFlags, addOperatorFlags, withFlags } from './settings.ts';

const COLUMNS = ['time', 'method', 'route', 'status', 'code', 'reason', 'request'] as const;

interface ListFlags {
  connectAppSid: string;
  json?: boolean;
}

interface Flags {
  authorizationOf: string;
  json?: boolean;
}

/** Adds the commands. */
export function addDecisionCommands(program: Command): void {
  const decisions = program.command('decisions').description('say why a request may pass or not');
  addList(decisions);
  const command = addDatabaseFlags(decisions.command('explain'))
    .description('decide on a request as for a gateway, and print each step')
    .argument('<method>', 'its method, such as POST')
    .argument('<target>', 'its path and query, as sent')
    .requiredOption(
      '--authorization-of <sid>',
      'who sends it: an account, an API key, or the subaccount of an app, for the app',
    )
    .option('--json', 'print JSON')
    .action(async (method: string, target: string, flags: Flags) => {
      const { gateway, keysActForApps } = withFlags({ ...flags });
      const findRule = createRuleTable(readRules(gateway?.routeRules));
      const explanation = await onContext(flags, ({ database, keyring }) =>
        explain(
          database,
          { keyring, findRule, keysActForApps, passesUnknown: gateway?.passesUnknown === true },
          { username: flags.authorizationOf, method, target },
        ),
      );
      if (flags.json) {
        printItem({ ...explanation }, true);
        return;
      }
      for (const [index, { step, result, text }] of explanation.steps.entries()) {
        print(`${index + 1} ${step.padEnd(11)}  ${result.padEnd(11)}  ${text}`.trimEnd());
      }
    });
  addExamples(
    command,
    'decisions explain --authorization-of AC00000000000000000000000000000002 GET /2010-04-01/Accounts/AC00000000000000000000000000000002/Messages.json',
  );
}

function addList(decisions: Command): void {
  const command = addOperatorFlags(decisions.command('list'))
    .description('list the latest refusals of an app that a running server remembers')
    .requiredOption('--connect-app-sid <sid>', 'the app')
    .option('--json', 'print JSON')
    .action(async (flags: ListFlags) => {
      const input = { connect_app_sid: flags.connectAppSid };
      const { items } = await operate(flags, (call) => call(listDecisions, input));
      printList(Array.isArray(items) ? items : [], COLUMNS, flags.json === true);
    });
  command.addHelpText(
    'after',
    '\nExample:\n  $ connect-apps decisions list --url http://127.0.0.1:2010 --connect-app-sid CN00000000000000000000000000000001',
  );
}
