/**
 * `connect-apps accounts import FILE`: a platform's own accounts, one JSON object a line. The file is read twice, so
 * that parents come before their subaccounts in any order of lines, and only a batch of it is ever in memory.
 */

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { importAccountsAct } from '../admin/acts/imports.ts';
import { Problem } from '../problem.ts';
import type { Call } from './call.ts';
import { addExamples } from './examples.ts';
import { operate } from './operator.ts';
import { printItem } from './output.ts';
import { startProgress } from './progress.ts';
import { addOperatorFlags } from './settings.ts';

const BATCH = 500;
const MAX_LINE_LENGTH = 16 * 1024;
/** Every wrong line is named up to here; the rest are counted. */
const MAX_NAMED = 1000;

/** Adds the command. */
export function addImportCommand(accounts: Command): void {
  const command = addOperatorFlags(accounts.command('import'))
    .description("import a platform's accounts with their SIDs and tokens; safe to run again")
    .argument('<file>', 'one JSON object a line: sid, friendly_name, owner_account_sid, …')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nEach line has sid and any of friendly_name, owner_account_sid, status, type, auth_token,\nsecondary_auth_token. What a line leaves out stays as it is. Hashed tokens cannot be imported: callbacks\nare signed with the token itself. Run it again after a failure: what is there already is left alone.',
    )
    .action(async (file: string, flags: { json?: boolean }) => {
      const result = await operate(flags, (call) => importFile(call, file));
      printItem(result, flags.json === true);
      if (result.refused === 0) return;
      throw new Problem(
        'parameter_invalid',
        `${result.refused} of ${result.lines} lines could not be imported. Mend them and run it again.`,
      );
    });
  addExamples(command, 'accounts import accounts.ndjson');
}

interface Line {
  number: number;
  item: unknown;
}

/** Imports every line that can be, and says on standard error which could not, and why. */
async function importFile(call: Call, file: string) {
  const { size } = await stat(file).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Problem('parameter_invalid', `Cannot read ${file} (${reason}).`, { cause });
  });
  const counts = { lines: 0, created: 0, updated: 0, unchanged: 0, refused: 0 };
  const progress = startProgress('accounts', size * 2);
  const refuse = (number: number, message: string) => {
    counts.refused += 1;
    if (counts.refused <= MAX_NAMED) progress.say(`line ${number}: ${message}`);
    if (counts.refused === MAX_NAMED) progress.say('More wrong lines are only counted.');
  };

  async function send(batch: readonly Line[]): Promise<void> {
    if (batch.length === 0) return;
    const answer = await call(importAccountsAct, { accounts: batch.map(({ item }) => item) });
    for (const name of ['created', 'updated', 'unchanged'] as const) {
      counts[name] += Number(answer[name]);
    }
    for (const { index, message } of problemsIn(answer.problems)) {
      refuse(batch[index]?.number ?? 0, message);
    }
  }

  try {
    for (const pass of ['parents', 'subaccounts'] as const) {
      let batch: Line[] = [];
      let number = 0;
      for await (const text of linesOf(file, progress.add)) {
        number += 1;
        if (text.trim() === '') continue;
        const item = parse(text);
        // A line that cannot be read belongs to the first pass, which names it.
        if ((pass === 'subaccounts') !== (item !== undefined && isSubaccount(item))) continue;
        counts.lines += 1;
        if (item === undefined) refuse(number, 'is not a JSON object of at most 16 kB.');
        else batch.push({ number, item });
        if (batch.length < BATCH) continue;
        await send(batch);
        batch = [];
      }
      await send(batch);
    }
  } finally {
    progress.stop();
  }
  return counts;
}

/** The lines of a file; one that is too long is cut, and never whole in memory. */
async function* linesOf(file: string, onBytes: (count: number) => void): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of createReadStream(file, {
    encoding: 'utf8',
    highWaterMark: 64 * 1024,
  })) {
    const text = String(chunk);
    onBytes(Buffer.byteLength(text));
    const lines = text.split('\n');
    lines[0] = rest + lines[0];
    rest = (lines.pop() ?? '').slice(0, MAX_LINE_LENGTH + 1);
    yield* lines;
  }
  yield rest;
}

function parse(text: string): object | undefined {
  if (text.length > MAX_LINE_LENGTH) return undefined;
  try {
    // A file of Windows begins with a mark.
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function isSubaccount(item: object): boolean {
  const owner: unknown = Reflect.get(item, 'owner_account_sid');
  return owner !== undefined && owner !== Reflect.get(item, 'sid');
}

function problemsIn(value: unknown): { index: number; message: string }[] {
  return (Array.isArray(value) ? value : []).map((one: object) => ({
    index: Number(Reflect.get(one, 'index')),
    message: String(Reflect.get(one, 'message')),
  }));
}
