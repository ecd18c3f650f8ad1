/** `decisions explain` says the same as the port of gateways, and which step it was; what fails, fails closed. */

import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { authorizeConnectApp } from '../../src/authorizations/operations.ts';
import { checkProblem } from '../api/check-problem.ts';
import { arrayOf, objectOf } from '../api/narrow.ts';
import { runCommand } from '../support/cli.ts';
import { openContext, TEST_SECRET_KEY, type TestContext } from '../support/context.ts';
import { startWorld } from './gateway.ts';

describe('decisions list', () => {
  it('prints the latest refusals of an app that a server remembers', async (t) => {
    const key = 'the-admin-key-that-only-the-tests-know';
    const world = await startWorld('sqlite', { ADMIN_KEY: key });
    t.after(() => world.server.close());
    const { app, connectAppSid } = await world.authorize(['get-all']);
    const target = `/2010-04-01/Accounts/${app.accountSid}/Messages.json`;
    assert.equal((await world.ask('POST', target, { auth: app })).status, 403);
    assert.equal((await world.ask('POST', target)).status, 401);
    const words = ['decisions', 'list', '--connect-app-sid', connectAppSid];
    const list = (...more: string[]) =>
      runCommand(tmpdir(), [...words, ...more], { ADMIN_KEY: key });
    const { stdout, stderr } = await list('--url', world.server.url, '--json');
    const [denial, ...others] = arrayOf(JSON.parse(stdout || stderr)).map(objectOf);
    assert.deepEqual(others, []);
    assert.equal(denial?.reason, 'permission_missing');
    assert.equal(denial.connect_app_sid, connectAppSid);
    const onDatabase = await list('--database-url', `sqlite:${tmpdir()}/no-such.db`);
    assert.equal(onDatabase.exitCode, 1);
  });
});

describe('decisions explain', () => {
  let world: TestContext;
  let customer: string;
  let sandbox: string;

  before(async () => {
    world = await openContext('sqlite');
    const owner = await world.createAccount();
    customer = (await world.createAccount()).accountSid;
    const connectAppSid = await world.createApp(owner.accountSid, { permissions: ['get-all'] });
    const key = { accountSid: customer, connectAppSid };
    sandbox = (await authorizeConnectApp(world.context, key)).subaccountSid;
  });
  after(() => world.close());

  async function explain(who: string, method: string, target: string, ...more: string[]) {
    const words = ['decisions', 'explain', '--authorization-of', who, method, target, ...more];
    const environment = { DATABASE_URL: world.databaseUrl, SECRET_KEY: TEST_SECRET_KEY };
    const { stdout, stderr, exitCode } = await runCommand(tmpdir(), words, environment);
    assert.equal(exitCode, 0, stderr);
    return stdout;
  }

  it('prints each of the five steps', async () => {
    const target = `/2010-04-01/Accounts/${sandbox}/Messages.json`;
    const lines = (await explain(sandbox, 'POST', target)).trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => line.split(/ {2,}/).slice(0, 2).join(': ')),
      [
        '1 target: ok',
        '2 credentials: ok',
        '3 account: ok',
        '4 rule: refused',
        '5 answer: refused',
      ],
    );
    assert.match(
      lines[3] ?? '',
      /The app is granted get-all; a POST of this account needs post-all/,
    );
    assert.match(lines[4] ?? '', /403, 20006: Access Denied/);
  });

  it('names the step that decides', async () => {
    const stranger = `AC${'9'.repeat(32)}`;
    const root = '/2010-04-01/Accounts';
    for (const [who, method, target, step, reason] of [
      [sandbox, 'GET', `${root}/${customer}/Messages.json`, 'none', null],
      [customer, 'DELETE', `${root}/${sandbox}`, 'none', null],
      [customer, 'OPTIONS', `${root}/${stranger}`, 'none', null],
      [customer, 'GET', `${root}/../x`, 'target', 'url_ambiguous'],
      [customer, 'PROPFIND', root, 'target', 'method_unknown'],
      [stranger, 'GET', root, 'credentials', 'token_wrong'],
      [customer, 'GET', `${root}/${stranger}.json`, 'account', 'account_of_others'],
      [sandbox, 'POST', `${root}/${sandbox}.json`, 'rule', 'app_never'],
      [sandbox, 'GET', `${root}/${sandbox}/Balance.json`, 'rule', 'app_never'],
    ] as const) {
      const found = objectOf(JSON.parse(await explain(who, method, target, '--json')));
      assert.equal(found.reason, reason);
      assert.equal(found.decision, reason === null ? 'allow' : 'deny');
      const steps = arrayOf(found.steps).map(objectOf);
      assert.equal(steps.length, 5);
      const refused = steps.find(({ result }) => result === 'refused');
      assert.equal(refused?.step ?? 'none', step);
    }
  });
});

describe('a decision that fails', () => {
  it('is a refusal that may be tried again, and 403 for nginx', async () => {
    const world = await startWorld('sqlite');
    const { customer: auth, context } = world.server;
    const target = `/2010-04-01/Accounts/${auth.accountSid}.json`;
    await context.database.close();
    for (const ask of [world.ask, world.askEnvoy, world.askDenial]) {
      const reply = await ask('GET', target, { auth });
      checkProblem(reply, { status: 503, code: 20503 });
      assert.equal(reply.headers['retry-after'], '1');
    }
    const byNginx = await world.askNginx('GET', target, { auth });
    assert.equal(byNginx.status, 403);
    assert.equal(byNginx.headers['x-connect-status'], '503');
    assert.match(world.server.logs(), /A decision failed/);
    await world.server.close();
  });
});
