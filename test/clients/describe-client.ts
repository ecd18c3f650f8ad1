/**
 * Runs the programs of one language against the real server, through `connect-apps exec` and so with
 * not a line of them changed: the reference document's two examples and our conformance program.
 */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Engine } from '../../src/storage/database.ts';
import { NGINX } from '../gateways/fronts.ts';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { AWAY_CHECKS, CHECKS, type Check, STRICT_CHECKS } from './checks.ts';
import { startGateways } from './gateways.ts';
import { startServerWithLostDatabase } from './lost-database.ts';
import { type Outcome, runUnderExec } from './run-under-exec.ts';
import { setScene } from './scene.ts';

/** One of the vendor's clients, and how its programs are run. */
export interface Client {
  name: string;
  /** The folder of its programs, where a client that its registry does not serve is noted. */
  folder: string;
  /** What this machine lacks, if anything: the tests are then skipped, and say so. */
  obstacle: string | undefined;
  /** Whether CI fails rather than skips it. */
  required: boolean;
  /** Compiles or copies into `scratch`, a temporary folder, what cannot run from its source. */
  prepare?(scratch: string): Promise<unknown>;
  command(program: 'fetch' | 'list' | 'conformance', scratch: string): string[];
  /** What both examples print; the account's SID unless this says otherwise. */
  prints?: string;
  /** Where it runs, when not on all: a client that starts anew for each request takes minutes. */
  engines?: readonly Engine[];
  /** Whether its program does not know the argument `gateways`. */
  lacksGateways?: boolean;
  /** The checks that the client has no means to make. */
  unable?: readonly Check[];
}

/** The folder of the programs of one language. */
export function folderOf(language: string): string {
  return join(import.meta.dirname, language);
}

/** Describes all that `client` must do. */
export function describeClient(client: Client): void {
  const { name } = client;
  const refusal = findRefusal(client.folder);
  const obstacle = refusal ?? client.obstacle;
  const mustRun = client.required && refusal === undefined && process.env.CI === 'true';
  if (obstacle !== undefined && mustRun) {
    it(`${name} is installed`, () => assert.fail(obstacle));
    return;
  }

  const { engines = DATABASES } = client;
  for (const engine of DATABASES.filter((one) => engines.includes(one))) {
    describe(`${name}, unmodified, on ${engine}`, { skip: obstacle }, () =>
      describeOn(client, engine),
    );
  }
  const lack = client.lacksGateways ? 'its program does not meet them' : NGINX.obstacle;
  describe(`${name} through gateways`, { skip: obstacle ?? lack }, () => meetGateways(client));
}

function meetGateways(client: Client): void {
  it('gets what was granted, and its own exception for each refusal', async (context) => {
    const scratch = await mkdtemp(join(tmpdir(), 'connect-apps-client-'));
    context.after(() => rm(scratch, { recursive: true, force: true }));
    await client.prepare?.(scratch);
    const { server, gateways, variables, close } = await startGateways();
    context.after(close);
    const command = [...client.command('conformance', scratch), 'gateways'];
    const outcome = await runUnderExec(server, command, scratch, variables);
    for (const { edge, checks } of gateways) {
      await reportChecks(context, checks, client.unable ?? [], outcome, `${edge}: `);
    }
  });
}

function describeOn(client: Client, engine: Engine): void {
  const { prints, unable = [] } = client;
  let scratch: string;
  let server: TestServer;
  let scene: Record<string, string>;
  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'connect-apps-client-'));
    await client.prepare?.(scratch);
    server = await startServer({ engine, settings: { ALLOW_CONNECT_APP_DELETE: 'true' } });
    scene = await setScene(server);
  });
  after(async () => {
    await server?.close();
    if (scratch) await rm(scratch, { recursive: true, force: true });
  });

  for (const program of ['fetch', 'list'] as const) {
    it(`runs the document's example of a ${program}, word for word`, async () => {
      const outcome = await runUnderExec(server, client.command(program, scratch), scratch);
      assert.equal(outcome.code, 0, outcome.stderr);
      const expected = prints ?? server.developer.accountSid;
      assert.ok(outcome.stdout.includes(expected), outcome.stdout);
    });
  }

  it('conforms', async (context) => {
    const command = client.command('conformance', scratch);
    const outcome = await runUnderExec(server, command, scratch, scene);
    await reportChecks(context, CHECKS, unable, outcome);
  });

  it('understands what a strict server refuses', async (context) => {
    const strict = await startServer({
      engine,
      settings: { STRICT_PAGE_SIZE: 'true', RATE_LIMIT_PER_SECOND: '5' },
    });
    context.after(() => strict.close());
    const command = [...client.command('conformance', scratch), 'strict'];
    const outcome = await runUnderExec(strict, command, scratch);
    await reportChecks(context, STRICT_CHECKS, unable, outcome);
  });

  it('understands a server that cannot answer', async (context) => {
    const away = await startServerWithLostDatabase(engine, scratch);
    context.after(() => away.close());
    const command = [...client.command('conformance', scratch), 'away'];
    const outcome = await runUnderExec(away, command, scratch);
    await reportChecks(context, AWAY_CHECKS, unable, outcome);
  });
}

/** Each check as a test of its own; one that the program did not come to has failed, too. */
async function reportChecks(
  context: TestContext,
  checks: readonly Check[],
  unable: readonly Check[],
  { stdout, stderr, code }: Outcome,
  prefix = '',
): Promise<void> {
  const lines = stdout.split('\n');
  for (const check of checks) {
    const skip = unable.includes(check) && 'this client has no means to';
    const name = prefix + check;
    await context.test(name, { skip }, () => {
      const line = lines.find((one) => one === `ok ${name}` || one.startsWith(`not ok ${name}:`));
      assert.equal(line ?? stderr, `ok ${name}`);
    });
  }
  assert.equal(code, 0, stdout + stderr);
}

/** What `install.sh` wrote when the registry had no such client. */
export function findRefusal(folder: string): string | undefined {
  const note = join(folder, 'target', 'not-served.txt');
  return existsSync(note) ? readFileSync(note, 'utf8') : undefined;
}
