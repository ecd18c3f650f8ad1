/** Every URL of the console, read from where it is added: a new one is held to the same. */

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCE = join(import.meta.dirname, '../../src/console');
const ADDED = /\bconsole\.(page|form|personPage|personForm)\(\s*['`]([^'`]+)['`]/g;

export interface ConsoleUrl {
  /** With parameters such as `:Sid`; those of an account begin with /console/:AccountSid/. */
  path: string;
  isOfAccount: boolean;
  isForm: boolean;
}

export const CONSOLE_URLS: readonly ConsoleUrl[] = globSync('**/*.ts', { cwd: SOURCE })
  .flatMap((file) => [...readFileSync(join(SOURCE, file), 'utf8').matchAll(ADDED)])
  .map(([, kind = '', path = '']) => {
    const isOfAccount = kind === 'page' || kind === 'form';
    return {
      path: isOfAccount ? `/console/:AccountSid/${path}` : path,
      isOfAccount,
      isForm: /form/i.test(kind),
    };
  });

/** The URL with SIDs in the place of its parameters. */
export function fillIn(path: string, accountSid: string, connectAppSid: string): string {
  return path
    .replace(':AccountSid', accountSid)
    .replace(/:(?:Sid|ConnectAppSid)\b/, connectAppSid)
    .replace(/:\w+/g, `US${'0'.repeat(32)}`);
}
