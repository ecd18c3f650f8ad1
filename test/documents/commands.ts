/** The commands of connect-apps in a text, held to the real command line. */

import type { Command } from 'commander';
import { createProgram } from '../../src/cli/program.ts';

const PROGRAM = createProgram({ exitCode: 0 }, false);

/** What is wrong with the connect-apps commands of a script: unknown names and flags. */
export function faultsOfScript(script: string): string[] {
  return commandsOf(script).flatMap((words) => {
    const start = words.findIndex(
      (word) => !/^(\w+=.*|npx|--no|env|time|sudo|if|while|then|do|!)$/.test(word),
    );
    return words[start] === 'connect-apps' ? faultsOf(words.slice(start + 1)) : [];
  });
}

/** What is wrong with one command, given by the words after `connect-apps`. Words with … stand for others. */
export function faultsOf(words: readonly string[]): string[] {
  let command: Command = PROGRAM;
  const rest = [...words];
  while (command.commands.length > 0 && rest[0] !== undefined && !rest[0].startsWith('-')) {
    const name = rest.shift() ?? '';
    if (name.includes('…')) return [];
    const next = command.commands.find((one) => one.name() === name);
    if (!next) return [`there is no command ${words.join(' ')}`];
    command = next;
  }
  const end = rest.indexOf('--');
  return (end === -1 ? rest : rest.slice(0, end))
    .filter((word) => /^--?[a-z]/.test(word) && !['--help', '-h', '--version'].includes(word))
    .map((word) => word.split('=')[0] ?? '')
    .filter((flag) => !command.options.some(({ long, short }) => [long, short].includes(flag)))
    .map((flag) => `${words.join(' ')}: there is no ${flag}`);
}

/** The commands of a shell script, each as its words; what is quoted is one word. */
function commandsOf(script: string): string[][] {
  const commands: string[][] = [[]];
  const tokens = script
    .replaceAll('\\\n', ' ')
    .matchAll(
      /#[^\n]*|"(?:[^"\\]|\\.)*"|'[^']*'|[|&;()\n]+|(?:[^\s|&;()"'#]|(?<=\S)#|(?<==)"[^"]*")+/g,
    );
  for (const [token] of tokens) {
    if (token.startsWith('#')) continue;
    if (/^[|&;()\n]+$/.test(token)) commands.push([]);
    else commands.at(-1)?.push(token);
    // What runs inside "$(…)" is a command, too.
    if (token.startsWith('"')) {
      for (const [, inner = ''] of token.matchAll(/\$\(([^)]*)\)/g))
        commands.unshift(...commandsOf(inner));
    }
  }
  return commands;
}
