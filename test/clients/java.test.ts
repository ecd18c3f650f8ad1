/** The Maven artifact `com.twilio.sdk:twilio`. */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeClient, folderOf } from './describe-client.ts';

const folder = folderOf('java');
const libraries = join(folder, 'target/lib');

function findObstacle(): string | undefined {
  if (spawnSync('java', ['-version']).error) return 'Java is missing';
  return existsSync(libraries) ? undefined : 'test/clients/install.sh has not installed it';
}

describeClient({
  name: 'the Java library',
  folder,
  obstacle: findObstacle(),
  required: true,
  command: (program) => [
    'java',
    // The sources have more than ASCII in them, whatever the locale of this machine.
    '-Dfile.encoding=UTF-8',
    '-cp',
    join(libraries, '*'),
    join(folder, program, program === 'conformance' ? 'Conformance.java' : 'Example.java'),
  ],
  unable: ['refuses an unknown permission'],
});
