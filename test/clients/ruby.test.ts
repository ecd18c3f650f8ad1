/** The gem `twilio-ruby`. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describeClient, folderOf } from './describe-client.ts';

const folder = folderOf('ruby');

function findObstacle(): string | undefined {
  const { error, status } = spawnSync('ruby', ['-e', "require 'twilio-ruby'"]);
  if (error) return 'Ruby is missing';
  return status === 0 ? undefined : 'the gem twilio-ruby is not installed';
}

describeClient({
  name: 'the Ruby library',
  folder,
  obstacle: findObstacle(),
  lacksGateways: true,
  required: false,
  command: (program) => ['ruby', join(folder, `${program}.rb`)],
});
