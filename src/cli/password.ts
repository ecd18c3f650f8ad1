/** A new password: typed twice without echo at a terminal, or the first line of standard input. */

import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { Problem } from '../problem.ts';
import { PREFIX } from '../server/setting.ts';
import { checkNewPassword } from '../users/password.ts';
import { type Flags, withFlags } from './settings.ts';

/** As the shell reports a program that Ctrl-C has ended: 128 and the number of SIGINT. */
const INTERRUPTED_EXIT_CODE = 130;
/** Far above the limit of a password, so that a pipe without a line end is not read forever. */
const MAX_LINE_BYTES = 64 * 1024;

/** Raises `setting_invalid` where nobody signs in with a password: then none is read, and no link sets one. */
export function requirePasswords(flags: Flags): void {
  if (withFlags(flags).signIn.hasPasswords) return;
  throw new Problem(
    'setting_invalid',
    `${PREFIX}PASSWORD_SIGN_IN is false: nobody signs in with a password. Use "connect-apps users invite", or "users update" for somebody who has signed in with the provider.`,
  );
}

/** Returns a password that may be set; raises `parameter_invalid` when there is none, or a weak one. */
export async function readNewPassword(): Promise<string> {
  const password = process.stdin.isTTY ? await askTwice() : await readFirstLine();
  if (password === '') {
    const sentence = 'No password. Type it at a terminal, or send it on standard input.';
    throw new Problem('parameter_invalid', sentence);
  }
  checkNewPassword(password);
  return password;
}

async function askTwice(): Promise<string> {
  for (;;) {
    const first = await promptHidden('Password: ');
    // Before it is typed again for nothing.
    if (first === '') return first;
    checkNewPassword(first);
    if ((await promptHidden('Repeat the password: ')) === first) return first;
    process.stderr.write('The passwords do not match. Type both again.\n');
  }
}

/** Asks on standard error, which is the terminal also when the output goes to a file. */
async function promptHidden(question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({
    input: process.stdin,
    output: nowhere,
    terminal: true,
    historySize: 0,
  });
  process.stderr.write(question);
  try {
    return await new Promise<string>((resolve) => {
      lines.once('line', (line) => resolve(checkUnicode(line)));
      // Ctrl-D, or a terminal that is gone.
      lines.once('close', () => resolve(''));
      lines.once('SIGINT', () => {
        lines.close();
        process.stderr.write('\n');
        process.exit(INTERRUPTED_EXIT_CODE);
      });
    });
  } finally {
    // Restores the terminal's echo.
    lines.close();
    process.stderr.write('\n');
  }
}

async function readFirstLine(): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk);
    length += chunk.length;
    if (chunk.includes('\n') || length > MAX_LINE_BYTES) break;
  }
  const [line = ''] = Buffer.concat(chunks).toString('utf8').split(/\r?\n/, 1);
  return checkUnicode(line);
}

/** What stands for bytes that are not UTF-8 could never be typed again, at another place. */
function checkUnicode(line: string): string {
  if (!line.includes('\ufffd')) return line;
  throw new Problem('parameter_invalid', 'The password must be UTF-8 text.');
}
