/** The log of `dev`: one readable line for each request, and for each thing that happened. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { updateAccount } from '../../src/accounts/operations.ts';
import { authorizeConnectApp, revokeAuthorization } from '../../src/authorizations/operations.ts';
import { deleteConnectApp } from '../../src/connect-apps/operations.ts';
import { DEMO_CUSTOMER } from '../../src/demo/data.ts';
import { createLogger, readable } from '../../src/observability/logger.ts';
import { connectAppPath, connectAppsPath } from '../api/paths.ts';
import { DATABASES } from '../support/databases.ts';
import { startReceiver } from '../support/receiver.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { TERMINAL_OBSTACLE, typeInto } from '../support/terminal.ts';
import { until } from '../support/until.ts';
import { visit } from '../support/visitor.ts';

for (const engine of DATABASES) {
  describe(`the log for a person on ${engine}`, () => {
    let server: TestServer;
    before(async () => {
      server = await startServer({ engine, isLogForPerson: true });
    });
    after(() => server.close());

    /** The lines written since, without time and duration. */
    async function linesOf(work: () => Promise<unknown>): Promise<string[]> {
      const before = server.logs().length;
      await work();
      const lines = server.logs().slice(before).split('\n').filter(Boolean);
      return lines.map((line) => {
        assert.match(line, /^\d\d:\d\d:\d\d /);
        return line.slice('00:00:00 '.length).replace(/ [\d.]+ ms$/, ' … ms');
      });
    }

    it('says method, path, status, code and what is wrong', async () => {
      const { developer: auth, connectAppSid, request } = server;
      const app = connectAppPath(auth.accountSid, connectAppSid);
      const list = connectAppsPath(auth.accountSid);
      const wrong = { ...auth, authToken: 'f'.repeat(32) };
      const cases: [string, () => Promise<unknown>][] = [
        [`GET ${app} 200`, () => request('GET', `${app}?Secret=1`, { auth })],
        [
          `GET ${list.replace('.json', '.csv')} 200`,
          () => request('GET', list.replace('.json', '.csv'), { auth }),
        ],
        [
          `POST ${app} 400 20422 HomepageUrl must be an absolute http or https URL, such as https://example.com/path.`,
          () => request('POST', app, { auth, form: { HomepageUrl: 'secret' } }),
        ],
        [`GET ${app} 401 20003 `, () => request('GET', app, { auth: wrong })],
        [
          `GET /2010-04-01/Accounts/${auth.accountSid}/ConnectApps/:Sid.json 404 20404 The requested resource was not found`,
          () => request('GET', connectAppPath(auth.accountSid, 'secret'), { auth }),
        ],
        [`PUT ${app} 405 20004 Method not allowed`, () => request('PUT', app, { auth })],
        [
          'GET (no such path) 404 20404 The requested resource was not found',
          () => request('GET', '/secret?secret=1', { auth }),
        ],
        ['GET /authorize/:ConnectAppSid 404 20404', () => request('GET', '/authorize/secret')],
      ];
      for (const [start, work] of cases) {
        const [line = '', ...more] = await linesOf(work);
        assert.ok(line.startsWith(start), `${line} is not ${start}`);
        assert.match(line, / … ms$/);
        assert.deepEqual(more, []);
        assert.doesNotMatch(line, /secret/i);
      }
    });

    it('says that a customer allowed and refused, and what became of callbacks', async (t) => {
      const receiver = await startReceiver((_, response) => {
        response.writeHead(receiver.received.length === 1 ? 500 : 204).end();
      });
      t.after(() => receiver.close());
      const [sid = ''] = await server.createApps(server.developer.accountSid, 1, () => ({
        permissions: ['get-all'],
        authorizeRedirectUrl: 'https://app.example.com/done',
        deauthorizeCallbackUrl: `${receiver.url}/bye`,
      }));
      const visitor = visit(server);
      await visitor.signIn('customer@example.com');
      const path = `/authorize/${sid}`;
      await visitor.get(path);
      const refused = await linesOf(() => visitor.submit(path, { decision: 'deny' }));
      assert.match(refused[0] ?? '', new RegExp(`^A customer refused .*connectAppSid=${sid}`));
      assert.match(refused[1] ?? '', new RegExp(`^POST /authorize/${sid} 302 `));
      await visitor.get(path);
      const account_sid = DEMO_CUSTOMER.accountSid;
      const allowed = await linesOf(() => visitor.submit(path, { decision: 'allow', account_sid }));
      assert.match(
        allowed[0] ?? '',
        new RegExp(`^A customer authorized .*${sid} subaccountSid=AC\\w{32} permissions=get-all$`),
      );
      const key = { accountSid: account_sid, connectAppSid: sid };
      const revoked = await linesOf(async () => {
        await revokeAuthorization(server.context, key);
        await until('it was sent again', () => /was delivered/.test(server.logs()));
      });
      assert.match(revoked[0] ?? '', new RegExp(`^Authorizations were revoked count=1 .*${sid}$`));
      assert.match(
        revoked.join('\n'),
        /^A callback failed, and will be sent again .*attempt=1 .*status=500/m,
      );
      assert.match(revoked.join('\n'), /^A callback was delivered .*attempt=2 .*status=204/m);
      assert.doesNotMatch(server.logs(), /app\.example\.com|127\.0\.0\.1/);
    });

    it('says that a deleted app and a closed account end authorizations', async () => {
      const owner = await server.createAccount();
      const customer = await server.createAccount();
      const [first = '', second = ''] = await server.createApps(owner.accountSid, 2, () => ({
        authorizeRedirectUrl: 'https://app.example.com/done',
      }));
      for (const connectAppSid of [first, second]) {
        await authorizeConnectApp(server.context, {
          accountSid: customer.accountSid,
          connectAppSid,
        });
      }
      const lines = await linesOf(async () => {
        await deleteConnectApp(server.context, owner.accountSid, first);
        await updateAccount(server.context, customer.accountSid, { Status: 'closed' });
      });
      assert.deepEqual(lines, [
        `Authorizations were revoked count=1 connectAppSid=${first}`,
        `Authorizations were revoked count=1 accountSid=${customer.accountSid}`,
      ]);
    });
  });
}

it('the log of production names the route, the code and the problem, and no path', async (t) => {
  const server = await startServer({ engine: 'sqlite' });
  t.after(() => server.close());
  const path = connectAppPath(server.developer.accountSid, server.connectAppSid);
  await server.request('PUT', path, { auth: server.developer });
  const {
    timestamp,
    'connect_apps.request.id': requestId,
    'connect_apps.duration_ms': durationMs,
    ...line
  } = JSON.parse(server.logs().trim());
  assert.match(timestamp, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.match(requestId, /^RQ[0-9a-f]{32}$/);
  assert.equal(typeof durationMs, 'number');
  const route = '/2010-04-01/Accounts/:AccountSid/ConnectApps/:Sid';
  assert.deepEqual(line, {
    severity_text: 'INFO',
    severity_number: 9,
    body: `PUT ${route}`,
    'connect_apps.account.sid': server.developer.accountSid,
    'http.request.method': 'PUT',
    'http.route': route,
    'http.response.status_code': 405,
    'connect_apps.error.code': 20004,
    'error.type': 'method_not_allowed',
  });
});

describe('the colours of the log', () => {
  function written(output: { isTTY?: boolean; hasColors?(): boolean }): string {
    let text = '';
    const write = (line: string) => {
      text += line;
    };
    const logger = createLogger('info', { stream: readable({ ...output, write }) });
    logger.info(
      { requestId: 'RQ1', status: 404, durationMs: 1, code: 20404, fault: 'Why' },
      'GET /x',
    );
    logger.warn({ event: 'callback_attempted', status: null }, 'A callback was given up');
    return text;
  }

  it('are there on a terminal that has them, and nowhere else', () => {
    const plain = /^[\d:]{8} GET \/x 404 20404 Why 1 ms\n[\d:]{8} A callback was given up\n$/;
    assert.match(written({}), plain);
    assert.match(written({ isTTY: true, hasColors: () => false }), plain);
    const coloured = written({ isTTY: true, hasColors: () => true });
    assert.ok(coloured.includes('\u001b[33m404 20404 Why\u001b[39m'), coloured);
  });

  it('heed NO_COLOR', { skip: TERMINAL_OBSTACLE }, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'connect-apps-log-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const shown = async (environment: Record<string, string>) => {
      const steps = [{ expect: 'Stop with Ctrl-C', type: '\x03' }];
      const words = ['dev', '--port', '0', '--log-level', 'info'];
      return (await typeInto(words, steps, { folder, environment })).shown;
    };
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for one
    assert.doesNotMatch(await shown({ NO_COLOR: '1' }), /\u001b\[3/);
  });
});
