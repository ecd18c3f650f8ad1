/**
 * Writes docs/commands.md from the command line itself, and docs/settings.md from .env.example:
 *
 *   node scripts/write-reference.ts
 *
 * test/documents/reference.test.ts compares them.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, Option } from 'commander';
import { createProgram } from '../src/cli/program.ts';
import { SETTING_NAMES } from '../src/server/config.ts';

const ROOT = join(import.meta.dirname, '..');

const COMMANDS = `# Commands

Every command has \`--help\`, with examples. This page is made of the same text.

On failure, a command prints one sentence on standard error that names the resource and the database. With \`--json\`, it
prints an object such as \`{"error": "not_found", "message": "…"}\`. The exit code is 1 for a failure and 2 for wrong usage.
If the reader of a command's output has gone (as in \`connect-apps … | head\`), the exit code is 141. \`exec\` ends with the code
of the command that it runs. \`dev\` stops when the terminal or the process that started it ends.

Flags that are [settings](settings.md), such as \`--database-url\`, are not repeated here. A command that reads or changes data
acts on the database of its settings; with \`--url\`, it acts on a [running server](admin-api.md#commands-on-a-running-server).
\`--env-file FILE\` reads settings from a file.
`;

const SETTINGS = `# Settings

Settings are environment variables. A flag of the same name wins over the variable; secrets have no flag, because other
users can read a command line. [Production](operating.md#settings) says how they are read. This page is made of
[.env.example](../.env.example).
`;

/** docs/commands.md, as the command line is now. */
export function commandsPage(): string {
  const groups = createProgram({ exitCode: 0 }, false).commands;
  return [COMMANDS, ...groups.map((group) => sectionOf(group))].join('\n');
}

/** docs/settings.md, as .env.example is now. */
export function settingsPage(): string {
  const [, ...blocks] = readFileSync(join(ROOT, '.env.example'), 'utf8').trim().split('\n\n');
  const flags = flagsOfServe();
  const rows = blocks.flatMap((block) => {
    const lines = block.split('\n').map((line) => line.replace(/^# ?/, ''));
    const settings = lines.filter((line) => line.startsWith('CONNECT_APPS_'));
    const text = lines.slice(0, lines.length - settings.length).join(' ');
    return settings.map((line, index) => {
      const [name = '', example = ''] = line.split(/=(.*)/);
      const flag = flags.has(flagOf(name)) ? `<br>${code(flagOf(name))}` : '';
      return [code(name) + flag, example && code(example), index === 0 ? linked(text) : ''];
    });
  });
  return `${SETTINGS}\n${table(['setting, and its flag', 'default or example', 'what it does'], rows)}`;
}

function sectionOf(command: Command, words: readonly string[] = []): string {
  const name = [...words, command.name()].join(' ');
  const title = `${words.length === 0 ? '##' : '###'} ${name}\n\n${sentence(command.description())}\n`;
  if (command.commands.length > 0) {
    return [title, ...command.commands.map((one) => sectionOf(one, [name]))].join('\n');
  }
  const rows = command.options
    .filter((option) => !option.hidden && !isGeneral(option))
    .map((option) => [code(option.flags), meaningOf(option)]);
  const flags = rows.length === 0 ? [] : [table(['flag', 'what it does'], rows)];
  const usage = block('text', [`connect-apps ${name} ${command.usage()}`]);
  return [title, usage, ...flags, block('sh', examplesOf(command))].join('\n');
}

/** The examples at the end of a command's help. */
function examplesOf(command: Command): string[] {
  let help = '';
  const writeOut = (text: string) => {
    help += text;
  };
  command.configureOutput({ writeOut }).outputHelp();
  return [...help.matchAll(/^ {2}\$ (.+)$/gm)].map(([, line = '']) => line);
}

/** Whether a flag is told about at the top of the page: a setting, or one that nearly every command has. */
function isGeneral({ long, defaultValue }: Option): boolean {
  const name = long?.slice(2).replaceAll('-', '_').toUpperCase() ?? '';
  const isSetting = SETTING_NAMES.includes(name) && defaultValue === undefined;
  return isSetting || long === '--env-file' || long === '--json';
}

function meaningOf({ description, defaultValue, argChoices }: Option): string {
  const choices = argChoices ? `; one of ${argChoices.map(code).join(', ')}` : '';
  const preset = defaultValue === undefined ? '' : ` (${defaultValue})`;
  return `${description}${choices}${preset}`;
}

function flagsOfServe(): Set<string> {
  const serve = createProgram({ exitCode: 0 }, false).commands.find(
    (one) => one.name() === 'serve',
  );
  return new Set(serve?.options.map(({ long }) => long ?? ''));
}

/** CONNECT_APPS_METRICS_PORT -> --metrics-port */
function flagOf(setting: string): string {
  return `--${setting.slice('CONNECT_APPS_'.length).toLowerCase().replaceAll('_', '-')}`;
}

/** Names of pages as links. */
function linked(text: string): string {
  return text.replace(/docs\/([a-z-]+)\.md/g, '[$1]($1.md)');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function block(language: string, lines: readonly string[]): string {
  return [`\`\`\`${language}`, ...lines, '```', ''].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}

/** A table with columns as wide as their widest cell, as the formatter wants it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((text) => text.replaceAll('|', '\\|')));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const [first = [], ...others] = cells;
  return [first, widths.map((width) => '-'.repeat(width)), ...others]
    .map(
      (row) => `| ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |\n`,
    )
    .join('');
}

if (import.meta.main) {
  writeFileSync(join(ROOT, 'docs/commands.md'), commandsPage());
  writeFileSync(join(ROOT, 'docs/settings.md'), settingsPage());
}
