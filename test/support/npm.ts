/** The npm that comes with a current Node.js; that of the machine may be too old for what tests do with it. */

import { execFile } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Puts it into `folder`, and returns the folder for the PATH that has `npm` and `npx`. */
export async function bringNpm(folder: string): Promise<string> {
  const home = join(folder, 'npm');
  const programs = join(home, 'programs');
  await mkdir(programs, { recursive: true });
  await run('npm', ['pack', '--silent', '--pack-destination', home, 'npm@11'], { cwd: folder });
  await run('sh', ['-c', 'tar xzf npm-*.tgz --strip-components=1'], { cwd: home });
  for (const name of ['npm', 'npx']) {
    await symlink(join(home, `bin/${name}-cli.js`), join(programs, name));
  }
  return programs;
}
