/** The pages of requests: what they show, to whom, and what arrives while one looks. */

import assert from 'node:assert/strict';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { getRequest } from '../../src/requests/operations.ts';
import { addUser } from '../../src/users/operations.ts';
import { DATABASES } from '../support/databases.ts';
import { type Credentials, startServer, type TestServer } from '../support/server.ts';
import { startSession } from '../support/session.ts';
import { createSid } from '../support/sid.ts';
import { until } from '../support/until.ts';

for (const engine of DATABASES) {
  describe(`the pages of requests on ${engine}`, () => {
    let server: TestServer;
    before(async () => {
      server = await startServer({ engine });
    });
    after(() => server?.close());

    async function signIn(...accountSids: string[]): Promise<string> {
      const sid = createSid('US');
      const email = `${sid}@example.com`.toLowerCase();
      const user = { sid, email, createdAt: Date.now(), passwordHash: 'none' };
      await addUser(server.context, user, accountSids);
      return `connect_apps_session=${await startSession(server.context, sid)}`;
    }

    const pathOf = (sid: string, rest = '') => `/2010-04-01/Accounts/${sid}${rest}.json`;

    async function ask(accountSid: string, path: string, auth?: Credentials): Promise<string> {
      const reply = await server.request('GET', path, { auth });
      const sid = reply.headers['twilio-request-id'] ?? '';
      await until('it is recorded', () =>
        getRequest(server.context, { accountSid, sid }).then(
          () => true,
          () => false,
        ),
      );
      return sid;
    }

    function look(cookie: string, path: string) {
      return server.request('GET', path, { headers: { cookie } });
    }

    /** Opens a stream and collects what arrives. */
    async function openStream(
      cookie: string,
      path: string,
    ): Promise<{ response: IncomingMessage; text: () => string; close: () => void }> {
      const { hostname, port } = new URL(server.url);
      const request = httpRequest({ hostname, port, path, headers: { cookie } });
      request.end();
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        request.on('response', resolve).on('error', reject);
      });
      let text = '';
      response.setEncoding('utf8').on('data', (some: string) => {
        text += some;
      });
      response.on('error', () => {});
      return { response, text: () => text, close: () => request.destroy() };
    }

    it('show an account without requests how to send one', async () => {
      const { accountSid } = await server.createAccount();
      const { status, text } = await look(
        await signIn(accountSid),
        `/console/${accountSid}/requests`,
      );
      assert.equal(status, 200);
      assert.match(text, /No request in this time/);
      assert.ok(text.includes(`curl -u ${accountSid}:$AUTH_TOKEN`));
    });

    it('say why a request was refused, in the row itself, and lead to its page', async () => {
      const account = await server.createAccount();
      const { accountSid } = account;
      const cookie = await signIn(accountSid);
      const sid = await ask(accountSid, pathOf(accountSid, '/Nothing'), account);
      const list = await look(cookie, `/console/${accountSid}/requests`);
      assert.match(list.text, /This server has no such URL\./);
      assert.ok(list.text.includes(`href="/console/${accountSid}/requests/${sid}"`));
      const detail = await look(cookie, `/console/${accountSid}/requests/${sid}`);
      assert.equal(detail.status, 200);
      assert.match(detail.text, /Why it was refused/);
      assert.match(detail.text, /docs\/errors\/20404/);
      assert.ok(!detail.text.includes(account.authToken));
    });

    it('filter by all that the URL says, and name the filters where nothing matches', async () => {
      const account = await server.createAccount();
      const { accountSid } = account;
      const cookie = await signIn(accountSid);
      const answered = await ask(accountSid, pathOf(accountSid), account);
      const refused = await ask(accountSid, pathOf(accountSid, '/ConnectApps/CN1'), account);
      const claimed = await ask(accountSid, pathOf(accountSid));
      const shown = async (query: string) => {
        const { text } = await look(cookie, `/console/${accountSid}/requests?${query}`);
        return [answered, refused, claimed].map((sid) => text.includes(`id="${sid}"`));
      };
      assert.deepEqual(await shown(''), [true, true, true]);
      assert.deepEqual(await shown('status=answered'), [true, false, false]);
      assert.deepEqual(await shown('status=refused'), [false, true, true]);
      assert.deepEqual(await shown('who=nobody&time=1h'), [false, false, true]);
      assert.deepEqual(await shown('code=20404'), [false, true, false]);
      assert.deepEqual(await shown('who=%3Cscript%3E&status=x&code=x&time=x'), [true, true, true]);
      const { text } = await look(
        cookie,
        `/console/${accountSid}/requests?status=failed&code=20500`,
      );
      assert.match(text, /filtered by the status and the code\./);
    });

    it('are not there for other accounts, and a subaccount has its own part alone', async () => {
      const parent = await server.createAccount();
      const sub = await server.createAccount({ owner: parent.accountSid });
      const stranger = await server.createAccount();
      const ofParent = await ask(parent.accountSid, pathOf(parent.accountSid), parent);
      const ofSub = await ask(parent.accountSid, pathOf(sub.accountSid), parent);
      const statusOf = async (cookie: string, path: string) => (await look(cookie, path)).status;
      const strangers = await signIn(stranger.accountSid);
      for (const path of ['requests', 'requests/stream', `requests/${ofParent}`]) {
        assert.equal(await statusOf(strangers, `/console/${parent.accountSid}/${path}`), 404, path);
      }
      assert.equal(
        await statusOf(strangers, `/console/${stranger.accountSid}/requests/${ofSub}`),
        404,
      );
      const subs = await signIn(parent.accountSid);
      const { text } = await look(subs, `/console/${sub.accountSid}/requests`);
      assert.ok(text.includes(ofSub));
      assert.ok(!text.includes(ofParent));
      // Counters are those of the whole family.
      assert.ok(!text.includes('class="chart"'));
      assert.equal(await statusOf(subs, `/console/${sub.accountSid}/requests/${ofSub}`), 200);
      assert.equal(await statusOf(subs, `/console/${sub.accountSid}/requests/${ofParent}`), 404);
    });

    it('stream rows as they are stored, once each, with the filters of the page', async () => {
      const account = await server.createAccount();
      const { accountSid } = account;
      const cookie = await signIn(accountSid);
      const all = await openStream(cookie, `/console/${accountSid}/requests/stream`);
      const refused = await openStream(
        cookie,
        `/console/${accountSid}/requests/stream?status=refused`,
      );
      assert.match(all.response.headers['content-type'] ?? '', /^text\/event-stream/);
      const first = await ask(accountSid, pathOf(accountSid), account);
      await until('the first row arrives', () => all.text().includes(first));
      const second = await ask(accountSid, pathOf(accountSid, '/Nothing'), account);
      await until('the second arrives on both', () =>
        [all, refused].every((stream) => stream.text().includes(second)),
      );
      assert.equal(all.text().split(`<tr id="${first}"`).length, 2);
      assert.ok(!refused.text().includes(first));
      const ids = [...all.text().matchAll(/^id: \d+\.(RQ\w+)$/gm)].map(([, sid]) => sid);
      assert.deepEqual(ids, [first, second]);

      // What was missed since an event is told again.
      const [, lastId = ''] = /^id: (.*)$/m.exec(all.text()) ?? [];
      all.close();
      refused.close();
      const again = await openStream(
        cookie,
        `/console/${accountSid}/requests/stream?after=${lastId}`,
      );
      await until('it goes on', () => again.text().includes(second));
      again.close();
    });

    it('open at most eight streams for a person, in whatever browsers, and end them with the session', async () => {
      const { accountSid } = await server.createAccount();
      const cookie = await signIn(accountSid);
      const path = `/console/${accountSid}/requests/stream`;
      const [row] = await server.context.database.query
        .selectFrom('sessions')
        .select('user_sid')
        .orderBy('created_at', 'desc')
        .limit(1)
        .execute();
      const browser = async () =>
        `connect_apps_session=${await startSession(server.context, row?.user_sid ?? '')}`;
      const streams = [await openStream(cookie, path)];
      while (streams.length < 8) streams.push(await openStream(await browser(), path));
      const ninth = await openStream(await browser(), `${path}?after=1234567.`);
      await until('it is told why', () => ninth.response.readableEnded);
      assert.match(
        ninth.text(),
        /^retry: 30000\nid: 1234567\.\ndata: <tr id="full">.*too many tabs/,
      );
      const stranger = await openStream(await signIn(accountSid), path);
      await until('others have theirs', () => stranger.text().startsWith(': connected'));
      stranger.close();
      streams.pop()?.close();
      await until('one more has room', async () => {
        const next = await openStream(cookie, path);
        await until('it says something', () => next.text() !== '');
        if (next.text().startsWith(': connected')) streams.push(next);
        return streams.length === 8;
      });
      const ended = streams.map(({ response }) => response).filter((one) => !one.readableEnded);
      await server.context.database.transaction((one) =>
        one.deleteFrom('sessions').where('user_sid', 'is not', null).execute(),
      );
      await until('they end', () => ended.every((one) => one.readableEnded));
    });

    it('open at most forty streams for an account and its subaccounts', async () => {
      const { accountSid: owner } = await server.createAccount();
      const { accountSid } = await server.createAccount({ owner });
      const open = async (sid: string) =>
        openStream(await signIn(owner), `/console/${sid}/requests/stream`);
      const streams = [];
      for (let index = 0; index < 40; index += 1) {
        streams.push(await open(index % 2 === 0 ? owner : accountSid));
      }
      const next = await open(accountSid);
      await until('it is told why', () => next.response.readableEnded);
      assert.match(next.text(), /too many people of this account look/);
      for (const { close } of streams) close();
    });
  });

  it(`a server that stops ends its streams on ${engine}`, async () => {
    const server = await startServer({ engine });
    const { accountSid } = server.developer;
    const { users } = await usersOf(server);
    const cookie = `connect_apps_session=${await startSession(server.context, users)}`;
    const { hostname, port } = new URL(server.url);
    const request = httpRequest({
      hostname,
      port,
      path: `/console/${accountSid}/requests/stream`,
      headers: { cookie },
    });
    request.end();
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request.on('response', resolve).on('error', reject);
    });
    response.resume();
    const ended = new Promise((resolve) => response.once('end', resolve));
    await server.close();
    await ended;
  });
}

async function usersOf(server: TestServer): Promise<{ users: string }> {
  const row = await server.context.database.query
    .selectFrom('users')
    .select('sid')
    .where('email', '=', 'developer@example.com')
    .executeTakeFirstOrThrow();
  return { users: row.sid };
}
