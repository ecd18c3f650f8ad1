/** `connect-apps decisions …`: what gateways are answered, and why. */

import type { Command } from 'commander';
import { explain } from '../gateway/explain.ts';
import { createRuleTable } from '../gateway/rules.ts';
import { readRules } from '../gateway/rules-file.ts';
import { addExamples } from './examples.ts';
import { onContext } from './on-database.ts';
import { print, printItem } from './output.ts';
import { addDatabaseFlags, withFlags } from './settings.ts';

interface Flags {
  authorizationOf: string;
  json?: boolean;
}

/** Adds the command. */
export function addDecisionCommands(program: Command): void {
  const decisions = program.command('decisions').description('say why a request may pass or not');
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
