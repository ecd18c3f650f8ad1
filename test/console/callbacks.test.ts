/** The pages of an app's callbacks: what they show, what they do, and for whom. */

import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, before, describe, it } from 'node:test';
import type { Callback } from '../../src/callbacks/callback.ts';
import { getCallback } from '../../src/callbacks/operations.ts';
import { insertCallbacks } from '../../src/callbacks/store.ts';
import { updateConnectApp } from '../../src/connect-apps/operations.ts';
import { present } from '../api/narrow.ts';
import { DATABASES } from '../support/databases.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { createSid } from '../support/sid.ts';
import { until } from '../support/until.ts';
import { type Visitor, visit } from '../support/visitor.ts';

/** A page of markup, control characters and bytes that are no UTF-8, much longer than a kilobyte. */
const HOSTILE = Buffer.concat([
  Buffer.from('<script>alert(1)</script>\u202e\u0000\u0007'),
  Buffer.from([0xff, 0xfe, 0x80]),
  Buffer.alloc(200_000, '<b>'),
]);

for (const engine of DATABASES) {
  describe(`the pages of callbacks on ${engine}`, () => {
    let server: TestServer;
    let receiver: Receiver;
    let owner: Visitor;
    let stranger: Visitor;
    let status = 204;

    before(async () => {
      receiver = await startReceiver((_, response) => response.writeHead(status).end(HOSTILE));
      server = await startServer({ engine });
      owner = visit(server);
      await owner.signIn('developer@example.com');
      stranger = visit(server);
      await stranger.signIn('customer@example.com');
    });
    after(async () => {
      await server.close();
      await receiver.close();
    });

    async function createOwnApp(url: string | null = `${receiver.url}/bye`) {
      const { accountSid } = server.developer;
      const [connectAppSid] = await server.createApps(accountSid, 1, () => ({
        friendlyName: '<b>Bold</b> app',
        authorizeRedirectUrl: 'https://app.example.com/',
        deauthorizeCallbackUrl: url,
      }));
      const key = { accountSid, connectAppSid: present(connectAppSid) };
      return { ...key, path: `/console/${accountSid}/apps/${connectAppSid}/callbacks` };
    }

    async function addFailed(
      { accountSid, connectAppSid }: { accountSid: string; connectAppSid: string },
      count: number,
    ): Promise<Callback[]> {
      const now = server.context.clock.now();
      const callbacks = Array.from(
        { length: count },
        (_, index): Callback => ({
          accountSid,
          connectAppSid,
          sid: createSid('WH'),
          subaccountSid: createSid('AC'),
          url: `${receiver.url}/bye`,
          method: 'POST',
          status: 'failed',
          kind: 'deauthorization',
          parameters: {},
          attemptsMade: 8,
          nextAttemptAt: null,
          createdAt: now - 1000 - index,
          updatedAt: now,
        }),
      );
      await server.context.database.transaction((one) => insertCallbacks(one, callbacks));
      return callbacks;
    }

    it('say what is missing before anything is sent', async () => {
      const app = await createOwnApp(null);
      const { text, status: answered } = await owner.get(app.path);
      assert.equal(answered, 200);
      assert.match(text, /This app has no Deauthorize URL, so it gets no callbacks/);
      assert.doesNotMatch(text, /Send a test callback/);
      assert.doesNotMatch(text, /<b>Bold/);
      const refused = await owner.submit(`${app.path}/test`, {});
      assert.equal(refused.status, 400);
    });

    it('send a test, and show its answer as the text that it is', async () => {
      status = 500;
      const app = await createOwnApp();
      await owner.get(app.path);
      const sent = await owner.submit(`${app.path}/test`, {});
      assert.equal(sent.status, 303);
      const path = present(sent.headers.location);
      const sid = present(path.split('/').at(-1));
      await until('it has failed', async () => {
        return (await getCallback(server.context, sid)).status === 'failed';
      });
      const { text } = await owner.get(path);
      assert.match(text, /Test callback/);
      assert.match(text, /Attempt 1: answered 500/);
      assert.match(text, /&lt;script&gt;alert\(1\)/);
      assert.doesNotMatch(text, /<script>alert/);
      for (const control of ['\u202e', '\0', '\u0007']) assert.ok(!text.includes(control));
      assert.ok(text.length < 40_000);
      assert.match(text, /What is signed/);
      status = 204;
      await owner.submit(`${path}/resend`, {});
      await until('it is delivered', async () => {
        return (await getCallback(server.context, sid)).status === 'delivered';
      });
      assert.match((await owner.get(app.path)).text, />delivered</);
    });

    it('say how to check a callback in every language', async () => {
      const app = await createOwnApp();
      const [one] = await addFailed(app, 1);
      const { sid } = present(one);
      for (const language of [
        'curl',
        'node',
        'python',
        'ruby',
        'php',
        'go',
        'java',
        'csharp',
        '<b>',
      ]) {
        const { text, status: answered } = await owner.get(
          `${app.path}/${sid}?language=${encodeURIComponent(language)}`,
        );
        assert.equal(answered, 200);
        assert.match(text, /TWILIO_AUTH_TOKEN/);
        const { accountSid, authToken } = server.developer;
        assert.ok(!text.replaceAll(accountSid, '').includes(authToken), 'the token is not shown');
      }
    });

    it('filter in the URL, page by page, and forget no filter on the way', async () => {
      const app = await createOwnApp();
      const failed = await addFailed(app, 60);
      const first = await owner.get(`${app.path}?state=failed`);
      const shown = (text: string) =>
        failed.filter(({ sid }) => text.includes(`/callbacks/${sid}"`)).length;
      assert.equal(shown(first.text), 50);
      const [, older = ''] = /href="([^"]*page=[^"]*)"[^>]*>Older/.exec(first.text) ?? [];
      assert.match(older, /state=failed/);
      const second = await owner.get(older.replaceAll('&amp;', '&'));
      assert.equal(shown(second.text), 10);
      assert.match((await owner.get(`${app.path}?state=delivered`)).text, /Nothing matches/);
      assert.equal((await owner.get(`${app.path}?state=nonsense&page=%00`)).status, 200);
    });

    it('plan before they send all again, then say how far it is', async () => {
      const app = await createOwnApp();
      await addFailed(app, 120);
      const plan = await owner.get(`${app.path}/resend?state=failed`);
      assert.match(plan.text, /120 failed callbacks match/);
      assert.match(plan.text, /Send 120 again/);
      const begun = await owner.submit(`${app.path}/resend`, {});
      assert.equal(begun.status, 303);
      const path = present(begun.headers.location);
      await until('it is done', async () => (await owner.get(path)).text.includes('Done: 120'));
      assert.match(
        (await owner.get(`${app.path}/resend?state=failed`)).text,
        /Nothing to send again/,
      );
      await owner.get(path);
      assert.equal((await owner.submit(`${path}/stop`, {})).status, 303);
    });

    it('are nobody else’s, and take no form from elsewhere', async () => {
      const app = await createOwnApp();
      const [one] = await addFailed(app, 1);
      const { sid } = present(one);
      await owner.get(`${app.path}/resend`);
      const begun = await owner.submit(`${app.path}/resend`, {});
      const resendPath = present(begun.headers.location);
      const own = `/console/${server.customer.accountSid}/apps/${app.connectAppSid}/callbacks`;
      for (const base of [app.path, own]) {
        const resends = resendPath.replace(app.path, base);
        for (const path of [base, `${base}/${sid}`, `${base}/resend`, resends]) {
          assert.equal((await stranger.get(path)).status, 404, path);
        }
        for (const path of [
          `${base}/test`,
          `${base}/${sid}/resend`,
          `${base}/resend`,
          `${resends}/stop`,
        ]) {
          await stranger.get(`/console/${server.customer.accountSid}/overview`);
          assert.equal((await stranger.submit(path, {})).status, 404, path);
        }
      }
      for (const path of [
        'test',
        `${sid}/resend`,
        'resend',
        `${resendPath.slice(app.path.length + 1)}/stop`,
      ]) {
        await owner.get(app.path);
        const forged = await owner.submit(`${app.path}/${path}`, { _csrf: 'made up' });
        assert.equal(forged.status, 403, path);
        const foreign = await owner.submit(
          `${app.path}/${path}`,
          {},
          { origin: 'https://evil.example' },
        );
        assert.equal(foreign.status, 403, path);
      }
      const nobody = visit(server);
      const { text } = await nobody.get(`${app.path}/${sid}`);
      assert.match(text, /<title>Sign in/);
      assert.ok(!text.includes(present(one).subaccountSid));
    });

    it('show what the guard says of a URL that leads inside, once it is checked', async () => {
      const app = await createOwnApp('http://169.254.169.254/latest');
      const path = app.path.replace(/\/callbacks$/, '');
      await owner.get(app.path);
      const checked = await owner.submit(`${path}/check`, { kind: 'deauthorize' });
      assert.equal(checked.status, 303);
      assert.match((await owner.get(app.path)).text, /The Deauthorize URL is refused/);
      await updateConnectApp(server.context, app.accountSid, app.connectAppSid, {
        DeauthorizeCallbackUrl: `${receiver.url}/bye`,
      });
      assert.doesNotMatch((await owner.get(app.path)).text, /is refused/);
    });

    it('ask one URL of an account at a time, however many are pressed', async () => {
      const open: ServerResponse[] = [];
      const slow = await startReceiver((_, response) => open.push(response));
      const { accountSid } = server.developer;
      const sids = await server.createApps(accountSid, 5, () => ({
        authorizeRedirectUrl: `${slow.url}/connected`,
      }));
      const token = await formTokenOf(owner, `/console/${accountSid}/apps/${sids[0]}`);
      const check = (sid = '') =>
        owner.submit(`/console/${accountSid}/apps/${sid}/check`, { ...token, kind: 'authorize' });
      const answered: number[] = [];
      const replies = [...sids, ...sids].map(async (sid) => {
        const reply = await check(sid);
        answered.push(reply.status);
        return reply;
      });
      await until('one is asked', () => open.length > 0);
      // Those that come after the answer are not at the same time.
      await until('all the others are refused', () => answered.length === 9);
      assert.ok(answered.every((status) => status === 429));
      for (const response of open) response.end();
      const statuses = (await Promise.all(replies)).map((reply) => reply.status);
      assert.equal(slow.received.length, 1, statuses.join());
      assert.equal(statuses.filter((one) => one === 303).length, 1);
      const again = check(sids.at(-1));
      await until('the next is asked', () => open.length > 1);
      open[1]?.end();
      assert.equal((await again).status, 303);
      await slow.close();
    });
  });
}

/** The token of a form, for forms that are sent at once. */
async function formTokenOf(visitor: Visitor, path: string): Promise<Record<string, string>> {
  const { text } = await visitor.get(path);
  const [, token = ''] = /name="_csrf" value="([^"]+)"/.exec(text) ?? [];
  return { _csrf: token };
}
