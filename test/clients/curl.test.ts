/** curl, as the reference document uses it. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describeClient, folderOf } from './describe-client.ts';

const folder = folderOf('curl');

describeClient({
  name: 'curl',
  folder,
  obstacle: spawnSync('curl', ['--version']).error ? 'curl is missing' : undefined,
  lacksGateways: true,
  required: true,
  command: (program) => ['bash', join(folder, `${program}.sh`)],
  unable: [
    'lists up to a limit',
    'iterates lazily over three pages',
    'opens a page by its link',
    'validates a real POST callback',
    'validates a real GET callback',
    'validates a POST callback',
    'validates a GET callback',
    "validates Twilio's documented request",
    'rejects a forged callback',
  ],
});
