/** The end of each command's --help: lines to paste. */

import type { Command } from 'commander';

/** Adds examples to the help of a command; each is a command line without its first word. */
export function addExamples(command: Command, ...examples: readonly string[]): Command {
  const title = examples.length === 1 ? 'Example' : 'Examples';
  const lines = examples.map((example) => `\n  $ connect-apps ${example}`);
  return command.addHelpText('after', `\n${title}:${lines.join('')}`);
}
