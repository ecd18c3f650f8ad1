/**
 * Authorized requests: every route, asked about every account near a customer, by everyone who may
 * try. One table says what each gets; a route without a row fails.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { getAccount } from '../../src/accounts/operations.ts';
import { createApiKey } from '../../src/api-keys/operations.ts';
import { authorizeConnectApp, revokeAuthorization } from '../../src/authorizations/operations.ts';
import { updateConnectApp } from '../../src/connect-apps/operations.ts';
import { DATABASES } from '../support/databases.ts';
import { type Credentials, startServer, type TestServer } from '../support/server.ts';
import { checkProblem } from './check-problem.ts';
import { arrayOf, objectOf } from './narrow.ts';
import { publishedRoutes, withSameNames } from './published-routes.ts';

/** The accounts that a path can name, seen from one customer and one app. */
const TARGETS = ['customer', 'own', 'other', 'foreign'] as const;
type Target = (typeof TARGETS)[number];

const ROOT = '/2010-04-01/Accounts/{AccountSid}';

/** Method, path, what kind of access it is, and the status of success. */
const ROUTES = [
  ['GET', `${ROOT}.json`, 'read', 200],
  ['POST', `${ROOT}.json`, 'change', 200],
  ['GET', `${ROOT}/ConnectApps.json`, 'list', 200],
  ['GET', `${ROOT}/ConnectApps/{Sid}.json`, 'read', 200],
  ['POST', `${ROOT}/ConnectApps/{Sid}.json`, 'change', 200],
  ['DELETE', `${ROOT}/ConnectApps/{Sid}.json`, 'change', 204],
  ['GET', `${ROOT}/AuthorizedConnectApps.json`, 'list', 200],
  ['GET', `${ROOT}/AuthorizedConnectApps/{ConnectAppSid}.json`, 'read', 200],
  ...(['Keys', 'SigningKeys'] as const).flatMap(
    (place) =>
      [
        ['GET', `${ROOT}/${place}.json`, 'list', 200],
        ['POST', `${ROOT}/${place}.json`, 'change', 201],
        ['GET', `${ROOT}/${place}/{KeySid}.json`, 'read', 200],
        ['POST', `${ROOT}/${place}/{KeySid}.json`, 'change', 200],
        ['DELETE', `${ROOT}/${place}/{KeySid}.json`, 'change', 204],
      ] as const,
  ),
] as const;

/** The routes that name no account; the caller's own are below. */
const WITHOUT_ACCOUNT = ['GET /2010-04-01/Accounts.json', 'POST /2010-04-01/Accounts.json'];

/** Twilio's code of each refusal and the status that it comes with. */
const STATUSES: Record<string, number> = {
  20003: 401,
  20005: 403,
  20006: 403,
  20404: 404,
};

/**
 * Who asks, and what is answered on the customer's own paths, the app's subaccount, the subaccount
 * of another app, and the account of a stranger: `ok` or the code of the refusal.
 */
const TABLE = `
  caller                                    kind     customer  own    other  foreign
  no credentials                            read     20003     20003  20003  20003
  no credentials                            list     20003     20003  20003  20003
  no credentials                            change   20003     20003  20003  20003
  the subaccount with a wrong token         read     20003     20003  20003  20003
  the subaccount with a wrong token         list     20003     20003  20003  20003
  the subaccount with a wrong token         change   20003     20003  20003  20003
  the subaccount with a stranger's token    read     20003     20003  20003  20003
  the subaccount with a stranger's token    list     20003     20003  20003  20003
  the subaccount with a stranger's token    change   20003     20003  20003  20003
  the customer with the owner's token       read     20003     20003  20003  20003
  the customer with the owner's token       list     20003     20003  20003  20003
  the customer with the owner's token       change   20003     20003  20003  20003
  the app's owner                           read     20404     20404  20404  20404
  the app's owner                           list     20404     20404  20404  20404
  the app's owner                           change   20404     20404  20404  20404
  the customer                              read     ok        ok     ok     20404
  the customer                              list     ok        ok     ok     20404
  the customer                              change   ok        ok     ok     20404
  the subaccount itself                     read     20404     ok     20404  20404
  the subaccount itself                     list     20404     ok     20404  20404
  the subaccount itself                     change   20404     ok     20404  20404
  an app with get-all                       read     ok        ok     ok     20404
  an app with get-all                       list     ok        ok     ok     20404
  an app with get-all                       change   20006     20006  20006  20404
  an app with post-all                      read     20006     ok     20006  20404
  an app with post-all                      list     20003     ok     20003  20404
  an app with post-all                      change   20006     20006  20006  20404
  an app with both                          read     ok        ok     ok     20404
  an app with both                          list     ok        ok     ok     20404
  an app with both                          change   20006     20006  20006  20404
  an app by its secondary token             read     ok        ok     ok     20404
  an app by its secondary token             list     ok        ok     ok     20404
  an app by its secondary token             change   20006     20006  20006  20404
  an app that asks for get-all since        read     20006     ok     20006  20404
  an app that asks for get-all since        list     20003     ok     20003  20404
  an app that asks for get-all since        change   20006     20006  20006  20404
  an app that dropped get-all since         read     20006     ok     20006  20404
  an app that dropped get-all since         list     20003     ok     20003  20404
  an app that dropped get-all since         change   20006     20006  20006  20404
  an app without a permission               read     20006     20006  20006  20404
  an app without a permission               list     20003     20003  20003  20404
  an app without a permission               change   20006     20006  20006  20404
  a revoked app                             read     20006     20006  20006  20006
  a revoked app                             list     20003     20003  20003  20003
  a revoked app                             change   20006     20006  20006  20006
  an app authorized again                   read     ok        ok     ok     20404
  an app authorized again                   list     ok        ok     ok     20404
  an app authorized again                   change   20006     20006  20006  20404
  an app of a suspended owner               read     20005     20005  20005  20005
  an app of a suspended owner               list     20005     20005  20005  20005
  an app of a suspended owner               change   20005     20005  20005  20005
  an app of a closed owner                  read     20003     20003  20003  20003
  an app of a closed owner                  list     20003     20003  20003  20003
  an app of a closed owner                  change   20003     20003  20003  20003
  an app of a suspended customer            read     20005     20005  20005  20005
  an app of a suspended customer            list     20005     20005  20005  20005
  an app of a suspended customer            change   20005     20005  20005  20005
  an app of a closed customer               read     20003     20003  20003  20003
  an app of a closed customer               list     20003     20003  20003  20003
  an app of a closed customer               change   20003     20003  20003  20003
`;

const ROWS = TABLE.trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [caller = '', kind = '', ...answers] = line.trim().split(/ {2,}/);
    return { caller, kind, answers };
  });

/** What a caller sees around it. */
interface Scene {
  auth: Credentials | undefined;
  accounts: Record<Target, string>;
  /** The app that is authorized for each account. */
  apps: Record<Target, string>;
}

for (const engine of DATABASES) {
  describe(`authorized requests on ${engine}`, () => {
    let server: TestServer;
    let scenes: Record<string, Scene>;

    /** A customer who authorized an app with `permissions`, and another app besides. */
    async function play(permissions: string) {
      const { context } = server;
      const [owner, customer, stranger] = [
        await server.createAccount({ friendlyName: 'Owner' }),
        await server.createAccount({ friendlyName: 'Customer' }),
        await server.createAccount({ friendlyName: 'Stranger' }),
      ];
      const [app = '', otherApp = ''] = await server.createApps(owner.accountSid, 2, () => ({
        authorizeRedirectUrl: 'https://app.example.com/done',
      }));
      const ask = (wanted: string) =>
        updateConnectApp(context, owner.accountSid, app, { Permissions: wanted });
      const allow = (connectAppSid: string) =>
        authorizeConnectApp(context, { accountSid: customer.accountSid, connectAppSid });
      await ask(permissions);
      const { subaccountSid } = await allow(app);
      const other = await allow(otherApp);
      const asApp = { accountSid: subaccountSid, authToken: owner.authToken };
      const scene = (auth: Credentials | undefined): Scene => ({
        auth,
        accounts: {
          customer: customer.accountSid,
          own: subaccountSid,
          other: other.subaccountSid,
          foreign: stranger.accountSid,
        },
        apps: { customer: otherApp, own: app, other: otherApp, foreign: app },
      });
      return { owner, customer, stranger, subaccountSid, app, asApp, ask, allow, scene };
    }

    before(async () => {
      server = await startServer({ engine, settings: { ALLOW_CONNECT_APP_DELETE: 'true' } });
      const { context } = server;
      const grant = await play('get-all,post-all');
      const own = await server.tokenOf(grant.subaccountSid);
      const [reader, writer, since, dropped, none, again, revoked, secondary] = [
        await play('get-all'),
        await play('post-all'),
        await play('post-all'),
        await play('get-all,post-all'),
        await play(''),
        await play('get-all'),
        await play('get-all'),
        await play('get-all'),
      ];
      await since.ask('get-all,post-all');
      await dropped.ask('post-all');
      for (const { customer, app } of [again, revoked]) {
        const key = { accountSid: customer.accountSid, connectAppSid: app };
        await revokeAuthorization(context, key);
      }
      await again.allow(again.app);
      await server.rotateToken(secondary.owner.accountSid);
      const ends: Record<string, Scene> = {};
      for (const status of ['suspended', 'closed'] as const) {
        for (const who of ['owner', 'customer'] as const) {
          const end = await play('get-all');
          await server.setAccountStatus(end[who].accountSid, status);
          ends[`an app of a ${status} ${who}`] = end.scene(end.asApp);
        }
      }
      scenes = {
        'no credentials': grant.scene(undefined),
        'the subaccount with a wrong token': grant.scene({
          accountSid: grant.subaccountSid,
          authToken: 'f'.repeat(32),
        }),
        "the subaccount with a stranger's token": grant.scene({
          accountSid: grant.subaccountSid,
          authToken: grant.stranger.authToken,
        }),
        "the customer with the owner's token": grant.scene({
          accountSid: grant.customer.accountSid,
          authToken: grant.owner.authToken,
        }),
        "the app's owner": grant.scene(grant.owner),
        'the customer': grant.scene(grant.customer),
        'the subaccount itself': grant.scene({ accountSid: grant.subaccountSid, authToken: own }),
        'an app with get-all': reader.scene(reader.asApp),
        'an app with post-all': writer.scene(writer.asApp),
        'an app with both': grant.scene(grant.asApp),
        'an app by its secondary token': secondary.scene(secondary.asApp),
        'an app that asks for get-all since': since.scene(since.asApp),
        'an app that dropped get-all since': dropped.scene(dropped.asApp),
        'an app without a permission': none.scene(none.asApp),
        'a revoked app': revoked.scene(revoked.asApp),
        'an app authorized again': again.scene(again.asApp),
        ...ends,
      };
    });
    after(() => server.close());

    /** The SID of a new key; of none for an account that is closed, which can have no more. */
    async function createKey(accountSid: string): Promise<string> {
      const { status } = await getAccount(server.context, accountSid);
      if (status === 'closed') return `SK${'0'.repeat(32)}`;
      return (await createApiKey(server.context, accountSid, {})).sid;
    }

    for (const { caller, kind, answers } of ROWS) {
      it(`${caller}: ${kind}`, async () => {
        const scene = scenes[caller];
        assert.ok(scene, `no scene for ${caller}`);
        for (const [method, template, routeKind, success] of ROUTES) {
          if (routeKind !== kind) continue;
          for (const [index, target] of TARGETS.entries()) {
            const accountSid = scene.accounts[target];
            const [sid = ''] = template.includes('{Sid}')
              ? await server.createApps(accountSid, 1)
              : [];
            const keySid = template.includes('{KeySid}') ? await createKey(accountSid) : '';
            const path = template
              .replace('{AccountSid}', accountSid)
              .replace('{KeySid}', keySid)
              .replace('{Sid}', sid)
              .replace('{ConnectAppSid}', scene.apps[target]);
            const reply = await server.request(method, path, {
              ...(scene.auth && { auth: scene.auth }),
              ...(method === 'POST' && { form: { FriendlyName: 'changed' } }),
            });
            const answer = answers[index] ?? '';
            if (answer !== 'ok') {
              checkProblem(reply, { status: STATUSES[answer] ?? 0, code: Number(answer) });
              continue;
            }
            assert.equal(
              reply.status,
              success,
              `${method} ${template} on ${target}: ${reply.text}`,
            );
            if (caller.startsWith('an app')) assert.doesNotMatch(reply.text, /auth_token/);
          }
        }
      });
    }

    it('lists the whole family for get-all, without a token', async () => {
      const { auth, accounts } = sceneOf('an app with get-all');
      const reply = await server.request('GET', '/2010-04-01/Accounts.json', { auth });
      const listed = arrayOf(objectOf(reply.json).accounts).map((one) => objectOf(one).sid);
      const { customer, own, other } = accounts;
      assert.deepEqual(listed.sort(), [customer, own, other].sort());
      for (const extension of ['.json', '', '.csv']) {
        const { text } = await server.request('GET', `/2010-04-01/Accounts${extension}`, { auth });
        assert.doesNotMatch(text, /auth_?token/i);
      }
    });

    it('lists only its own subaccount for post-all', async () => {
      const { auth, accounts } = sceneOf('an app with post-all');
      const reply = await server.request('GET', '/2010-04-01/Accounts.json', { auth });
      const listed = arrayOf(objectOf(reply.json).accounts).map((one) => objectOf(one).sid);
      assert.deepEqual(listed, [accounts.own]);
    });

    for (const [caller, answer] of [
      ['an app without a permission', 20003],
      ['a revoked app', 20003],
      ['an app of a suspended owner', 20005],
      ['an app of a suspended customer', 20005],
      ['an app of a closed owner', 20003],
    ] as const) {
      it(`refuses the list of accounts to ${caller} with ${answer}`, async () => {
        const { auth } = sceneOf(caller);
        const reply = await server.request('GET', '/2010-04-01/Accounts.json', { auth });
        checkProblem(reply, { status: STATUSES[answer] ?? 0, code: answer });
      });
    }

    it('lets no app create a subaccount', async () => {
      for (const caller of ['an app with get-all', 'an app with post-all', 'an app with both']) {
        const { auth } = sceneOf(caller);
        const reply = await server.request('POST', '/2010-04-01/Accounts.json', { auth, form: {} });
        checkProblem(reply, { status: 403, code: 20006 });
      }
    });

    it('tells a revoked authorization from a missing permission in the detail', async () => {
      const details = [];
      for (const caller of ['a revoked app', 'an app without a permission']) {
        const { auth, accounts } = sceneOf(caller);
        for (const path of [`Accounts/${accounts.own}.json`, 'Accounts.json']) {
          const reply = await server.request('GET', `/2010-04-01/${path}`, { auth });
          details.push(objectOf(reply.json).detail);
        }
      }
      const [revoked, revokedOnList, missing, missingOnList] = details;
      assert.equal(revoked, 'The customer has deauthorized this Connect App.');
      assert.equal(
        missing,
        'The customer has not granted this Connect App the permission get-all.',
      );
      assert.equal(revokedOnList, revoked);
      assert.equal(missingOnList, missing);
    });

    it('has a row for every route that the server publishes', async () => {
      const rows = ROUTES.map(([method, path]) => `${method} ${withSameNames(path)}`);
      assert.deepEqual(
        await publishedRoutes(server),
        [...rows, ...WITHOUT_ACCOUNT.map(withSameNames)].sort(),
      );
    });

    function sceneOf(caller: string): { auth: Credentials; accounts: Record<Target, string> } {
      const { auth, accounts } = scenes[caller] ?? {};
      assert.ok(auth && accounts);
      return { auth, accounts };
    }
  });
}
