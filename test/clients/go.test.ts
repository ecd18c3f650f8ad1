/** The Go module `github.com/twilio/twilio-go`. */

import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeClient, folderOf } from './describe-client.ts';

const folder = folderOf('go');
const MODULE = 'github.com/twilio/twilio-go';
/** Nothing is downloaded while testing. */
const offline = { ...process.env, GOPROXY: 'off', GOFLAGS: '-mod=readonly' };

function findObstacle(): string | undefined {
  const options = { cwd: folder, env: offline, encoding: 'utf8' } as const;
  const { error, stdout } = spawnSync('go', ['list', '-m', '-f', '{{.Dir}}', MODULE], options);
  if (error) return 'Go is missing';
  return stdout.trim() === '' ? 'test/clients/install.sh has not installed it' : undefined;
}

describeClient({
  name: 'the Go library',
  folder,
  obstacle: findObstacle(),
  required: true,
  // Linking takes half a minute, and nothing when the programs did not change.
  prepare: () =>
    promisify(execFile)('go', ['build', '-buildvcs=false', '-o', 'target/', './...'], {
      cwd: folder,
      env: offline,
    }),
  command: (program) => [join(folder, 'target', program)],
  unable: ['opens a page by its link', 'tests the certificate'],
});
