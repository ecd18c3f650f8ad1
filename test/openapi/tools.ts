/** The tools of this folder: where they are, what is missing of them, and how they are run. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { authorizeConnectApp } from '../../src/authorizations/operations.ts';
import type { Engine } from '../../src/storage/database.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** The folder that `install.sh` installs into. */
export const FOLDER = import.meta.dirname;

/** Why a test cannot run here; undefined where it can, and in CI, which skips nothing. */
export function findObstacle(...files: readonly string[]): string | undefined {
  const missing = files.find((file) => !existsSync(join(FOLDER, file)));
  if (missing === undefined || process.env.CI === 'true') return undefined;
  return `test/openapi/install.sh has not installed ${missing}`;
}

export interface Outcome {
  code: number;
  /** What it wrote, to both. */
  output: string;
}

/** Runs a program to its end, in a folder; none of them may reach anything but this machine. */
export async function run(
  program: string,
  parameters: readonly string[],
  folder: string = FOLDER,
): Promise<Outcome> {
  const nowhere = 'http://127.0.0.1:9';
  const env = {
    ...process.env,
    http_proxy: nowhere,
    https_proxy: nowhere,
    no_proxy: '127.0.0.1',
    REDOCLY_TELEMETRY: 'off',
    REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
  };
  return new Promise((resolve) => {
    execFile(
      program,
      [...parameters],
      { cwd: folder, env, maxBuffer: 64 * 1024 * 1024, timeout: 300_000 },
      (error, stdout, stderr) => {
        const output = stdout + stderr || String(error?.message ?? '');
        resolve({ code: error === null ? 0 : Number(error.code) || 1, output });
      },
    );
  });
}

/** A new folder beside the installed packages, so that programs in it find them. */
export async function createScratch(): Promise<string> {
  await mkdir(join(FOLDER, 'target'), { recursive: true });
  return mkdtemp(join(FOLDER, 'target', 'run-'));
}

/** Starts a server that has something to show at every URL of the description. */
export async function startFullServer(engine: Engine): Promise<TestServer> {
  const server = await startServer({ engine, settings: { ALLOW_CONNECT_APP_DELETE: 'true' } });
  const { context, developer, connectAppSid } = server;
  await server.createApps(developer.accountSid, 2);
  await authorizeConnectApp(context, { accountSid: developer.accountSid, connectAppSid });
  return server;
}

/** Writes the description of a server to a file of the folder, and returns its path. */
export async function writeDescription(server: TestServer, folder: string): Promise<string> {
  const file = join(folder, 'openapi.json');
  await writeFile(file, (await server.request('GET', '/openapi.json')).text);
  return file;
}

/** The program, for `findObstacle`. */
export const SCHEMATHESIS = '.venv/bin/schemathesis';

/** Lets Schemathesis ask a server as its developer, by a description at a URL or in a file; each run is the same. */
export function askWithSchemathesis(
  server: TestServer,
  scratch: string,
  description: string,
  options: readonly string[],
): Promise<Outcome> {
  const { accountSid, authToken } = server.developer;
  return run(
    join(FOLDER, SCHEMATHESIS),
    [
      ...['run', description, '--url', server.url],
      ...['--auth', `${accountSid}:${authToken}`],
      ...options,
      ...['--max-examples', '10'],
      ...['--warnings', 'off'],
      '--generation-deterministic',
      '--no-color',
    ],
    scratch,
  );
}
