/** The npm package `twilio-cli`. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeClient, folderOf } from './describe-client.ts';

const folder = folderOf('cli');
const commands = join(folder, 'node_modules/.bin');

describeClient({
  name: "Twilio's command line",
  folder,
  obstacle: existsSync(commands) ? undefined : 'test/clients/install.sh has not installed it',
  required: true,
  engines: ['sqlite'],
  command: (program) =>
    program === 'conformance'
      ? [process.execPath, join(folder, 'conformance.ts')]
      : ['env', `PATH=${commands}:${process.env.PATH}`, 'sh', join(folder, `${program}.sh`)],
  prints: 'CNb989fdd207b04d16aee578018ef5fd93',
  unable: [
    'turns to the next page and back',
    'opens a page by its link',
    'does not find a malformed SID',
    'refuses a method other than GET and POST',
    'refuses a page size of 0',
    'refuses a page size over 1000',
    'tests the certificate',
    'refuses too many requests',
    'validates a real POST callback',
    'validates a real GET callback',
    'validates a POST callback',
    'validates a GET callback',
    "validates Twilio's documented request",
    'rejects a forged callback',
    // It could, but takes a second for each.
    'creates what was granted',
    'deletes what was granted',
    'reads its own resources',
    'refuses a wrong token',
    'refuses a suspended account',
    'refuses what was not granted',
    'refuses a method',
    'is told that connect-apps is away',
  ],
});
