/**
 * Every route under an account, asked by everyone: who owns the account, its family, strangers, and
 * those who are nobody. One table says what each gets; a route without a row fails.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createApiKey } from '../../src/api-keys/operations.ts';
import { authorizeConnectApp } from '../../src/authorizations/operations.ts';
import { DATABASES } from '../support/databases.ts';
import { type Credentials, startServer, type TestServer } from '../support/server.ts';
import { checkProblem } from './check-problem.ts';
import { publishedRoutes, withSameNames } from './published-routes.ts';

const ROOT = '/2010-04-01/Accounts/{AccountSid}';
const UNKNOWN_SID = `AC${'e'.repeat(32)}`;

/** Method, path, and the status of success. */
const ROUTES = [
  ['GET', `${ROOT}.json`, 200],
  ['POST', `${ROOT}.json`, 200],
  ['GET', `${ROOT}/ConnectApps.json`, 200],
  ['GET', `${ROOT}/ConnectApps/{Sid}.json`, 200],
  ['POST', `${ROOT}/ConnectApps/{Sid}.json`, 200],
  ['DELETE', `${ROOT}/ConnectApps/{Sid}.json`, 204],
  ['GET', `${ROOT}/AuthorizedConnectApps.json`, 200],
  ['GET', `${ROOT}/AuthorizedConnectApps/{ConnectAppSid}.json`, 200],
  ...(['Keys', 'SigningKeys'] as const).flatMap(
    (place) =>
      [
        ['GET', `${ROOT}/${place}.json`, 200],
        ['POST', `${ROOT}/${place}.json`, 201],
        ['GET', `${ROOT}/${place}/{KeySid}.json`, 200],
        ['POST', `${ROOT}/${place}/{KeySid}.json`, 200],
        ['DELETE', `${ROOT}/${place}/{KeySid}.json`, 204],
      ] as const,
  ),
] as const;

/** Paths that are the caller's own, or that other tests ask as everyone. */
const NOT_UNDER_AN_ACCOUNT = ['GET /2010-04-01/Accounts.json', 'POST /2010-04-01/Accounts.json'];

type Answer = 'served' | 401 | 403 | 404;
const CODES = { 401: 20003, 403: 20005, 404: 20404 };

/** What each caller gets on the paths of the parent account and of its subaccount. */
const CALLERS: Record<string, { onParent: Answer; onChild: Answer }> = {
  parent: { onParent: 'served', onChild: 'served' },
  child: { onParent: 404, onChild: 'served' },
  sibling: { onParent: 404, onChild: 404 },
  stranger: { onParent: 404, onChild: 404 },
  'a subaccount of a stranger': { onParent: 404, onChild: 404 },
  'a suspended stranger': { onParent: 403, onChild: 403 },
  'a closed stranger': { onParent: 401, onChild: 401 },
  'the wrong token of the parent': { onParent: 401, onChild: 401 },
  'the SID of the child with the token of a stranger': { onParent: 401, onChild: 401 },
  'a SID that is none': { onParent: 401, onChild: 401 },
  nobody: { onParent: 401, onChild: 401 },
};

for (const engine of DATABASES) {
  describe(`tenant isolation on ${engine}`, () => {
    let server: TestServer;
    let parent: Credentials;
    /** The subaccount that was made for an app. */
    let child: Credentials;
    let authorizedSid: string;
    let callers: Record<string, Credentials | undefined>;

    before(async () => {
      server = await startServer({ engine, settings: { ALLOW_CONNECT_APP_DELETE: 'true' } });
      parent = await server.createAccount({});
      const developer = await server.createAccount({});
      [authorizedSid = ''] = await server.createApps(developer.accountSid, 1, () => ({
        authorizeRedirectUrl: 'https://app.example.com/done',
      }));
      const { subaccountSid } = await authorizeConnectApp(server.context, {
        accountSid: parent.accountSid,
        connectAppSid: authorizedSid,
      });
      child = { accountSid: subaccountSid, authToken: await server.tokenOf(subaccountSid) };
      const stranger = await server.createAccount({});
      const suspended = await server.createAccount({});
      const closed = await server.createAccount({});
      await server.setAccountStatus(suspended.accountSid, 'suspended');
      await server.setAccountStatus(closed.accountSid, 'closed');
      callers = {
        parent,
        child,
        sibling: await server.createAccount({ owner: parent.accountSid }),
        stranger,
        'a subaccount of a stranger': await server.createAccount({ owner: stranger.accountSid }),
        'a suspended stranger': suspended,
        'a closed stranger': closed,
        'the wrong token of the parent': { ...parent, authToken: 'f'.repeat(32) },
        'the SID of the child with the token of a stranger': {
          ...child,
          authToken: stranger.authToken,
        },
        'a SID that is none': { accountSid: 'AC1', authToken: parent.authToken },
        nobody: undefined,
      };
    });
    after(() => server.close());

    function ask(method: string, path: string, auth: Credentials | undefined) {
      const form = method === 'POST' ? { FriendlyName: 'asked' } : undefined;
      return server.request(method, path, { ...(auth && { auth }), ...(form && { form }) });
    }

    for (const [method, template, success] of ROUTES) {
      for (const [caller, { onParent, onChild }] of Object.entries(CALLERS)) {
        it(`${method} ${template} as ${caller}`, async () => {
          const auth = callers[caller];
          for (const [owner, answer] of [
            [parent, onParent],
            [child, onChild],
          ] as const) {
            const [sid = ''] = await server.createApps(owner.accountSid, 1);
            const key = await createApiKey(server.context, owner.accountSid, {});
            const withApp = template
              .replace('{Sid}', sid)
              .replace('{KeySid}', key.sid)
              .replace('{ConnectAppSid}', authorizedSid);
            const path = withApp.replace('{AccountSid}', owner.accountSid);
            const reply = await ask(method, path, auth);
            if (answer === 'served') {
              assert.equal(reply.status, success, reply.text);
              continue;
            }
            checkProblem(reply, { status: answer, code: CODES[answer] });
            const nowhere = await ask(method, withApp.replace('{AccountSid}', UNKNOWN_SID), auth);
            assert.equal(
              nowhere.text,
              reply.text.replaceAll(owner.accountSid, UNKNOWN_SID),
              'a foreign account looks like one that does not exist',
            );
          }
        });
      }
    }

    it('has a row for every route that the server publishes', async () => {
      const rows = ROUTES.map(([method, path]) => `${method} ${withSameNames(path)}`);
      assert.deepEqual(await publishedRoutes(server), [...rows, ...NOT_UNDER_AN_ACCOUNT].sort());
    });
  });
}
