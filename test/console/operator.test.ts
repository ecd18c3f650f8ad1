/** What operators do in the console, on any account; and that each act is in the audit trail of the account. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { getAccount } from '../../src/accounts/operations.ts';
import { listingOfEvents } from '../../src/audit/operations.ts';
import { createUser, deleteUser, getUser } from '../../src/users/operations.ts';
import { setOperator } from '../../src/users/operators.ts';
import { findSession } from '../../src/users/session.ts';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { startSession } from '../support/session.ts';
import { type Visitor, visit } from '../support/visitor.ts';

const SESSION = 'connect_apps_session';
const PATH = '/console/operator';

for (const engine of DATABASES) {
  describe(`operators in the console on ${engine}`, () => {
    let server: TestServer;
    let operator: Visitor;
    let operatorSid: string;
    before(async () => {
      server = await startServer({ engine });
      const user = await createUser(server.context, {
        email: 'operator@example.com',
        password: 'correct horse battery',
        accountSids: [],
        isOperator: true,
      });
      operatorSid = user.sid;
      operator = await signedIn(user.sid);
    });
    after(() => server.close());

    async function signedIn(userSid: string): Promise<Visitor> {
      const visitor = visit(server);
      visitor.cookies.set(SESSION, await startSession(server.context, userSid));
      return visitor;
    }
    async function trailOf(accountSid: string) {
      const { slice } = listingOfEvents(server.context, accountSid);
      const events = await slice({ direction: 'older', from: undefined, limit: 50 });
      return events.map(({ eventType, actorSid, source, sourceIpAddress: from }) =>
        [eventType, actorSid === operatorSid ? 'operator' : actorSid, source, from].join(' '),
      );
    }
    const statusOf = async (sid: string) => (await getAccount(server.context, sid)).status;

    it('come to their pages, though they belong to no account', async () => {
      const reply = await operator.get('/console');
      assert.equal(reply.headers.location, `${PATH}/accounts`);
      const { text } = await operator.get(`${PATH}/accounts`);
      assert.match(text, /<h1>Accounts<\/h1>/);
      assert.ok(text.includes(server.customer.accountSid));
    });

    it('find accounts by the beginning of a SID or of a name, in any case, a page at a time', async () => {
      for (let index = 0; index < 53; index += 1) {
        const number = String(index).padStart(2, '0');
        await server.createAccount({ friendlyName: `Zebra_${number}% farm` });
      }
      const { accountSid } = await server.createAccount({ friendlyName: 'ZEBRA_99 Ärzte' });
      const first = await operator.get(`${PATH}/accounts?q=zebra_`);
      const namesIn = (text: string) =>
        [...text.matchAll(/<bdi>(zebra[^<]*)<\/bdi>/gi)].map(([, name]) => name);
      assert.equal(namesIn(first.text).length, 50);
      const [, more = ''] = /href="([^"]+after=[^"]+)"/.exec(first.text) ?? [];
      const second = await operator.get(more.replaceAll('&amp;', '&'));
      assert.deepEqual(namesIn(second.text), [
        'Zebra_50% farm',
        'Zebra_51% farm',
        'Zebra_52% farm',
        'ZEBRA_99 Ärzte',
      ]);
      for (const q of [accountSid, accountSid.slice(0, 12), 'zebra_99', 'ZEBRA_99 Ä']) {
        const { text } = await operator.get(`${PATH}/accounts?${new URLSearchParams({ q })}`);
        assert.deepEqual(namesIn(text), ['ZEBRA_99 Ärzte'], q);
      }
      for (const q of ['%', 'zebra-', '_ebra', 'arm', "zebra' or '1'='1", 'ACg']) {
        const { text } = await operator.get(`${PATH}/accounts?${new URLSearchParams({ q })}`);
        assert.match(text, /Nothing matches/, q);
      }
    });

    it('create an account', async () => {
      await operator.get(`${PATH}/accounts/new`);
      const reply = await operator.submit(`${PATH}/accounts/new`, {
        FriendlyName: 'Made by <b>hand</b>',
        Type: 'Trial',
      });
      assert.equal(reply.status, 303, reply.text);
      const sid = reply.headers.location?.slice(-34) ?? '';
      const account = await getAccount(server.context, sid);
      assert.equal(account.friendlyName, 'Made by <b>hand</b>');
      assert.equal(account.type, 'Trial');
      assert.deepEqual(await trailOf(sid), ['account.created operator web 127.0.0.1']);
      const { text } = await operator.get(reply.headers.location ?? '');
      assert.match(text, /Made by &lt;b&gt;hand&lt;\/b&gt;/);
      assert.match(text, /Created the account/);
      assert.ok(!text.includes(account.authToken), 'and see no token');
    });

    it('keep what they typed when it is not valid', async () => {
      await operator.get(`${PATH}/accounts/new`);
      const name = 'W'.repeat(65);
      const reply = await operator.submit(`${PATH}/accounts/new`, {
        FriendlyName: name,
        Type: 'Full',
      });
      assert.equal(reply.status, 400);
      assert.match(reply.text, new RegExp(`value="${name}"`));
      assert.match(reply.text, /aria-invalid="true"|role="alert"/);
    });

    it('replace the Auth Token of an account, and see neither the old one nor the new one', async () => {
      const { accountSid } = await server.createAccount({ friendlyName: 'Leaked' });
      const here = `${PATH}/accounts/${accountSid}`;
      const LastDigits = accountSid.slice(-4);
      const tokenOf = async () => (await getAccount(server.context, accountSid)).authToken;
      const statusWith = async (authToken: string) =>
        (
          await server.request('GET', `/2010-04-01/Accounts/${accountSid}.json`, {
            auth: { accountSid, authToken },
          })
        ).status;
      const first = await tokenOf();
      const dialog = await operator.get(`${here}/rotate-token`);
      assert.match(dialog.text, /Replace the Auth Token of <bdi>Leaked<\/bdi>\?/);
      const refused = await operator.submit(`${here}/rotate-token`, { OldToken: 'keep' });
      assert.equal(refused.status, 400);
      assert.equal(await tokenOf(), first);

      const kept = await operator.submit(`${here}/rotate-token`, { OldToken: 'keep', LastDigits });
      assert.equal(kept.status, 303, kept.text);
      const second = await tokenOf();
      assert.notEqual(second, first);
      assert.equal(await statusWith(first), 200);
      assert.equal(await statusWith(second), 200);

      await operator.get(`${here}/rotate-token`);
      await operator.submit(`${here}/rotate-token`, { OldToken: 'refuse', LastDigits });
      assert.equal(await statusWith(first), 401);
      assert.equal(await statusWith(second), 401);
      const third = await tokenOf();
      assert.equal(await statusWith(third), 200);
      assert.deepEqual(
        (await trailOf(accountSid)).filter((one) => one.includes('operator')),
        Array(2).fill('auth-token.rotated operator web 127.0.0.1'),
      );
      const { text } = await operator.get(here);
      for (const token of [first, second, third]) assert.ok(!text.includes(token));
    });

    it('suspend, activate and close an account, with the end of its SID typed', async () => {
      const { accountSid } = await server.createAccount({ friendlyName: 'To be closed' });
      await server.createAccount({ owner: accountSid });
      await server.createApps(accountSid, 2);
      const here = `${PATH}/accounts/${accountSid}`;
      const dialog = await operator.get(`${here}/suspend`);
      assert.match(dialog.text, /Suspend <bdi>To be closed<\/bdi>\?/);
      assert.match(dialog.text, /Also affected: 1 subaccount, 2 Connect Apps\./);
      for (const LastDigits of ['', 'AC00', accountSid.slice(0, 4)]) {
        const reply = await operator.submit(`${here}/suspend`, { LastDigits });
        assert.equal(reply.status, 400);
        assert.match(reply.text, /must be the last 4 characters/);
        assert.equal(await statusOf(accountSid), 'active');
      }
      const LastDigits = accountSid.slice(-4);
      assert.equal((await operator.submit(`${here}/suspend`, { LastDigits })).status, 303);
      assert.equal(await statusOf(accountSid), 'suspended');
      await operator.get(`${here}/activate`);
      assert.equal((await operator.submit(`${here}/activate`, {})).status, 303);
      assert.equal(await statusOf(accountSid), 'active');
      await operator.get(`${here}/close`);
      assert.equal((await operator.submit(`${here}/close`, { LastDigits: '' })).status, 400);
      assert.equal((await operator.submit(`${here}/close`, { LastDigits })).status, 303);
      assert.equal(await statusOf(accountSid), 'closed');
      const { text } = await operator.get(here);
      assert.doesNotMatch(text, /Activate…|Close…/);
      assert.equal((await operator.get(`${here}/activate`)).status, 400);
      assert.deepEqual(
        (await trailOf(accountSid)).filter((one) => one.includes('operator')),
        [
          'account.closed operator web 127.0.0.1',
          'account.activated operator web 127.0.0.1',
          'account.suspended operator web 127.0.0.1',
        ],
      );
    });

    it('invite a user, who joins by the link that is shown once', async () => {
      const { accountSid } = await server.createAccount();
      await operator.get(`${PATH}/users/invite?account=${accountSid}`);
      const shown = await operator.submit(`${PATH}/users/invite`, {
        Email: 'New.Person@example.com',
        AccountSid: accountSid,
        role: 'member',
      });
      assert.equal(shown.status, 200, shown.text);
      const [, link = ''] = /(\/join\/[\w-]+)[<"]/.exec(shown.text) ?? [];
      const person = visit(server);
      assert.notEqual(link, '', shown.text);
      await person.get(link);
      const done = await person.submit(link, { password: 'a quite new password' });
      assert.equal(done.status, 303, done.text);
      const again = visit(server);
      assert.equal(
        (await again.signIn('new.person@example.com', 'a quite new password')).status,
        303,
      );
      const trail = await trailOf(accountSid);
      assert.ok(trail.includes('person.invited operator web 127.0.0.1'), trail.join());
      const found = await operator.get(`${PATH}/users?q=NEW.PERS`);
      assert.match(found.text, /new\.person@example\.com/);
      assert.match((await operator.get(`${PATH}/users?q=new%25`)).text, /Nothing matches/);
    });

    it('say beside the field what is wrong with an invitation', async () => {
      const { accountSid } = server.customer;
      for (const [fields, text] of [
        [{ Email: 'nobody', AccountSid: accountSid }, /must be an e-mail address/],
        [
          { Email: 'customer@example.com', AccountSid: accountSid },
          /already belongs to a person of this account/,
        ],
      ] as const) {
        await operator.get(`${PATH}/users/invite`);
        const reply = await operator.submit(`${PATH}/users/invite`, { ...fields, role: 'owner' });
        assert.equal(reply.status, 400);
        assert.match(reply.text, text);
      }
      await operator.get(`${PATH}/users/invite`);
      const unknown = { Email: 'x@example.com', AccountSid: `AC${'0'.repeat(32)}`, role: 'owner' };
      assert.equal((await operator.submit(`${PATH}/users/invite`, unknown)).status, 400);
    });

    it('disable a user at once, and enable the user again', async () => {
      const { accountSid } = await server.createAccount();
      const email = 'disabled@example.com';
      const password = 'correct horse battery';
      const { sid } = await createUser(server.context, {
        email,
        password,
        accountSids: [accountSid],
      });
      const secret = await startSession(server.context, sid);
      await operator.get(`${PATH}/users/${sid}/disable`);
      assert.equal((await operator.submit(`${PATH}/users/${sid}/disable`, {})).status, 303);
      assert.equal(await findSession(server.context, secret), undefined);
      const refused = visit(server);
      assert.notEqual((await refused.signIn(email, password)).status, 303);
      assert.equal(refused.cookies.get(SESSION), undefined);
      assert.match((await operator.get(`${PATH}/users/${sid}`)).text, /disabled/);
      await operator.get(`${PATH}/users/${sid}/enable`);
      await operator.submit(`${PATH}/users/${sid}/enable`, {});
      assert.equal((await visit(server).signIn(email, password)).status, 303);
      const trail = await trailOf(accountSid);
      assert.ok(trail.includes('person.disabled operator web 127.0.0.1'), trail.join());
      assert.ok(trail.includes('person.enabled operator web 127.0.0.1'));
    });

    it('cannot lock themselves out', async () => {
      await operator.get(`${PATH}/users/${operatorSid}/disable`);
      const reply = await operator.submit(`${PATH}/users/${operatorSid}/disable`, {});
      assert.equal(reply.status, 403);
      assert.match(reply.text, /You cannot disable yourself/);
      assert.equal((await getUser(server.context, 'operator@example.com')).disabledAt, null);
    });

    it('see what fails over all accounts, with the reason, and send it again', async () => {
      const { accountSid } = server.developer;
      const { database } = server.context;
      const now = Date.now();
      const callback = (
        digit: string,
        status: 'pending' | 'delivered' | 'failed',
        made: number,
      ) => ({
        account_sid: accountSid,
        sid: `WH${digit.repeat(32)}`,
        connect_app_sid: server.connectAppSid,
        subaccount_sid: `AC${'9'.repeat(32)}`,
        url: 'https://app.example.com/gone?secret=of-the-owner',
        method: 'POST' as const,
        receiver: 'app.example.com',
        status,
        attempts_made: made,
        next_attempt_at: status === 'pending' ? now + 3_600_000 : null,
        created_at: now,
        updated_at: now,
      });
      const rows = [
        callback('1', 'failed', 9),
        callback('2', 'pending', 2),
        callback('3', 'pending', 0),
        callback('4', 'delivered', 3),
      ];
      await database.transaction((query) => query.insertInto('callbacks').values(rows).execute());
      const attempt = { account_sid: accountSid, started_at: now, duration_ms: 3, answer: null };
      await database.transaction((query) =>
        query
          .insertInto('callback_attempts')
          .values([
            {
              ...attempt,
              callback_sid: `WH${'1'.repeat(32)}`,
              number: 9,
              status: 503,
              failure: null,
            },
            {
              ...attempt,
              callback_sid: `WH${'2'.repeat(32)}`,
              number: 2,
              status: null,
              failure: 'dns_failed',
            },
          ])
          .execute(),
      );
      const { text } = await operator.get(`${PATH}/callbacks`);
      const shown = [...text.matchAll(/callbacks\/(WH\w+)\/resend/g)].map(([, sid]) =>
        sid?.slice(2, 3),
      );
      assert.deepEqual(shown, ['2', '1']);
      assert.match(text, /The app answered 503/);
      assert.match(text, /The host has no address/);
      assert.doesNotMatch(text, /of-the-owner/);
      const sid = `WH${'1'.repeat(32)}`;
      assert.equal((await operator.submit(`${PATH}/callbacks/${sid}/resend`, {})).status, 303);
      const trail = await trailOf(accountSid);
      assert.ok(trail.includes('callback.resent operator web 127.0.0.1'), trail.join());
    });

    it('see the state of the server', async () => {
      const { text } = await operator.get(`${PATH}/server`);
      for (const part of [
        /connect-apps \d+\.\d+\.\d+ on Node\.js \d+/,
        /one on this machine/,
        engine === 'sqlite' ? /SQLite/ : /PostgreSQL/,
        /<code>00\d\d-[a-z-]+<\/code>/,
        /<dt>Size<\/dt><dd>[\d.]+ [kM]B/,
        engine === 'sqlite' ? /[\d.]+ [MGT]B/ : /not on a disk of this machine/,
        /<dt>Started<\/dt><dd><time/,
      ]) {
        assert.match(text, part);
      }
    });

    it('give and take the role, an account, and everything, after their password alone', async () => {
      const { accountSid } = await server.createAccount();
      const { sid } = await createUser(server.context, {
        email: 'second@example.com',
        password: 'correct horse battery',
        accountSids: [accountSid, server.developer.accountSid],
      });
      const user = `${PATH}/users/${sid}`;
      const password = 'correct horse battery';
      const send = async (act: string, form: Record<string, string> = { password }) => {
        const { text } = await operator.get(`${user}/${act}`);
        assert.match(text, /name="password"/, act);
        return operator.submit(`${user}/${act}`, form);
      };
      const isOperator = async () =>
        (await getUser(server.context, 'second@example.com')).isOperator;

      for (const act of ['make-operator', 'delete', `accounts/${accountSid}/remove`]) {
        assert.equal((await send(act, {})).status, 401, act);
      }
      assert.equal(await isOperator(), false);
      assert.equal((await send('make-operator')).status, 303);
      assert.equal(await isOperator(), true);
      assert.equal((await send('end-operator')).status, 303);
      assert.equal(await isOperator(), false);
      assert.deepEqual(await trailOf(accountSid), [
        'operator.removed operator web 127.0.0.1',
        'operator.added operator web 127.0.0.1',
        'person.added  server ',
        'account.created  server ',
      ]);

      const last = await send(`accounts/${accountSid}/remove`);
      assert.equal(last.status, 400, 'the only owner stays');
      const developers = `accounts/${server.developer.accountSid}/remove`;
      assert.equal((await send(developers)).status, 303);
      assert.doesNotMatch((await operator.get(user)).text, new RegExp(developers));
      assert.equal((await send('delete')).headers.location, `${PATH}/users`);
      await assert.rejects(getUser(server.context, 'second@example.com'));
      assert.equal((await operator.get(user)).status, 404);
    });

    it('cannot take the role from themselves, nor delete themselves', async () => {
      const password = 'correct horse battery';
      for (const act of ['end-operator', 'delete']) {
        await operator.get(`${PATH}/users/${operatorSid}/${act}`);
        const reply = await operator.submit(`${PATH}/users/${operatorSid}/${act}`, { password });
        assert.equal(reply.status, 403);
        assert.match(reply.text, /Another operator can/);
      }
      assert.equal((await operator.get(`${PATH}/accounts`)).status, 200);
    });

    it('lose their pages with the role, at once, also in the middle of a form', async () => {
      const { sid, email } = await createUser(server.context, {
        email: 'former@example.com',
        password: 'correct horse battery',
        accountSids: [],
        isOperator: true,
      });
      const former = await signedIn(sid);
      const { accountSid } = await server.createAccount();
      const close = `${PATH}/accounts/${accountSid}/close`;
      await former.get(close);
      await setOperator(server.context, email, false);
      const LastDigits = accountSid.slice(-4);
      assert.equal((await former.submit(close, { LastDigits })).status, 404);
      assert.equal(await statusOf(accountSid), 'active');
      assert.equal((await former.get(`${PATH}/accounts`)).status, 404);
      await deleteUser(server.context, email);
    });
  });
}
