/**
 * The oldest Node.js that is supported, 22.18, on what is published and on the sources alike: everything
 * loads, a server answers, and a program can start one. test/clients/install.sh brings that Node.js.
 */

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it, type TestContext } from 'node:test';
import { DEMO_CONNECT_APP_SID, DEMO_DEVELOPER } from '../../src/demo/data.ts';

const ROOT = join(import.meta.dirname, '../..');
const OLDEST = join(ROOT, 'test/exec/nodes/node_modules/node-22/bin/node');
const skip =
  existsSync(OLDEST) || process.env.CI === 'true'
    ? false
    : `${OLDEST} is not there: run test/clients/install.sh`;
const PROGRAMS = { published: 'bin/connect-apps.js', sources: 'src/main.ts' } as const;
const APP_PATH = `/2010-04-01/Accounts/${DEMO_DEVELOPER.accountSid}/ConnectApps/${DEMO_CONNECT_APP_SID}.json`;
const AUTHORIZATION = `Basic ${btoa(`${DEMO_DEVELOPER.accountSid}:${DEMO_DEVELOPER.authToken}`)}`;

describe('Node.js 22.18', { skip }, () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'connect-apps-oldest-node-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('is the oldest that package.json allows', () => {
    const { stdout } = spawnSync(OLDEST, ['--version'], { encoding: 'utf8' });
    assert.match(stdout, /^v22\.18\./);
  });

  for (const [what, program] of Object.entries(PROGRAMS)) {
    it(`starts a server from what is ${what}, which answers and stops`, async (t) => {
      const { origin, stop } = await startDev(t, join(ROOT, program), join(folder, what));
      const app = await fetch(origin + APP_PATH, { headers: { authorization: AUTHORIZATION } });
      assert.equal(app.status, 200);
      for (const path of ['/docs', '/docs/plain', '/openapi.json', '/sign-in', '/readyz']) {
        const { status } = await fetch(origin + path);
        assert.equal(status, 200, path);
      }
      assert.equal(await stop(), 0);
    });
  }

  it('runs a program that starts a server of its own', () => {
    const source = `
      import { start } from ${JSON.stringify(join(ROOT, 'dist/testing.js'))};
      const world = await start();
      const { accountSid, authToken } = world.developer;
      const path = '/2010-04-01/Accounts/' + accountSid + '/ConnectApps.json';
      const authorization = 'Basic ' + btoa(accountSid + ':' + authToken);
      const { status } = await fetch(world.url + path, { headers: { authorization } });
      console.log(status);
      await world.close();
    `;
    const options = ['--input-type=module', '--eval', source];
    const { status, stdout, stderr } = spawnSync(OLDEST, options, { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.equal(stdout, '200\n');
    assert.equal(stderr, '');
  });
});

/** Starts `dev` on a free port, and resolves with its origin once it listens. */
async function startDev(t: TestContext, program: string, dataDir: string) {
  const words = [program, 'dev', '--port', '0', '--data-dir', dataDir];
  const child = spawn(OLDEST, words, { cwd: tmpdir(), stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  for await (const line of createInterface(child.stdout)) {
    const [origin] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
    if (origin === undefined) continue;
    child.stdout.resume();
    return {
      origin,
      stop: async () => {
        child.kill('SIGTERM');
        const [code] = await once(child, 'exit');
        return code;
      },
    };
  }
  throw new Error('dev ended before it listened');
}
