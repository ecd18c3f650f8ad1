/** Stoplight Prism, the usual way to stand in for an API: it answers from a description of it. */

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../test/support/free-port.ts';
import { type Subject, startProgram } from './subject.ts';

const FOLDER = join(import.meta.dirname, 'rivals');
const PROGRAM = join(FOLDER, 'node_modules/@stoplight/prism-cli/dist/index.js');
const RESOURCE = '/2010-04-01/Accounts/{AccountSid}/ConnectApps';

/** Starts it on the description of the resource that is compared, as our server gives it. */
export async function startPrism(port: number, folder: string): Promise<Subject> {
  if (!existsSync(PROGRAM)) {
    execFileSync('npm', ['ci', '--ignore-scripts'], { cwd: FOLDER, stdio: 'inherit' });
  }
  const reply = await fetch(`http://127.0.0.1:${port}/openapi.json`);
  const description = JSON.parse(await reply.text());
  const paths = Object.entries(description.paths).filter(
    ([path]) => path.startsWith(RESOURCE) && path.endsWith('.json'),
  );
  if (paths.length === 0) throw new Error(`The description has no ${RESOURCE}`);
  const file = join(folder, 'prism.json');
  await writeFile(file, JSON.stringify({ ...description, paths: Object.fromEntries(paths) }));
  const own = await freePort();
  return startProgram(
    [process.execPath, PROGRAM, 'mock', '--verboseLevel', 'silent', '--port', String(own), file],
    own,
  );
}
