/** The Composer package `twilio/sdk`. */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeClient, folderOf } from './describe-client.ts';

const folder = folderOf('php');
const autoload = join(folder, 'vendor/autoload.php');

function findObstacle(): string | undefined {
  if (spawnSync('php', ['--version']).error) return 'PHP is missing';
  return existsSync(autoload) ? undefined : '`composer install` was not run in test/clients/php';
}

/** The one line of the examples that their reader is told to change. */
async function fillIn(scratch: string): Promise<void> {
  for (const name of ['fetch.php', 'list.php']) {
    const example = await readFile(join(folder, name), 'utf8');
    await writeFile(join(scratch, name), example.replace('/path/to/vendor/autoload.php', autoload));
  }
}

describeClient({
  name: 'the PHP library',
  folder,
  obstacle: findObstacle(),
  lacksGateways: true,
  required: false,
  prepare: fillIn,
  command: (program, scratch) => [
    'php',
    join(program === 'conformance' ? folder : scratch, `${program}.php`),
  ],
});
