/** Runs a command as a user does who puts `connect-apps exec --` before it. */

import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TestServer } from '../support/server.ts';

const EXECUTABLE = join(import.meta.dirname, '../../bin/connect-apps.js');
/** The command line of the vendor starts anew for each of its requests. */
const TIMEOUT_MS = 1_100_000;

export interface Outcome {
  stdout: string;
  stderr: string;
  code: number | null;
}

/**
 * Runs `command` as the developer of `server`'s demo data, in `folder`, which is its home, too, with
 * more variables in its environment.
 */
export async function runUnderExec(
  server: TestServer,
  command: readonly string[],
  folder: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const child = spawn(
    process.execPath,
    [EXECUTABLE, 'exec', '--url', server.url, '--', ...command],
    {
      cwd: folder,
      timeout: TIMEOUT_MS,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        HOME: folder,
        // The twilio command line runs on the `node` that it finds first.
        PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
        TWILIO_ACCOUNT_SID: server.developer.accountSid,
        TWILIO_AUTH_TOKEN: server.developer.authToken,
        CONNECT_APP_SID: server.connectAppSid,
        ...variables,
      },
    },
  );
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { stdout, stderr, code };
}
