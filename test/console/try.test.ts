/** *Try the flow*: nine checks of real apps, with a customer of its own, through the guard. */

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { after, before, describe, it } from 'node:test';
import twilio from 'twilio';
import type { ConnectAppProperties } from '../../src/connect-apps/connect-app.ts';
import type { CheckName, FlowRun } from '../../src/flow-runs/flow-run.ts';
import { beginRun, getRun, listRuns, removeLeftRuns } from '../../src/flow-runs/operations.ts';
import { createFlowRunner } from '../../src/flow-runs/runner.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createGuardedClient } from '../../src/outgoing/guarded-client.ts';
import { present } from '../api/narrow.ts';
import { DATABASES } from '../support/databases.ts';
import { type Received, type Receiver, startReceiver } from '../support/receiver.ts';
import { type Credentials, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { type Visitor, visit } from '../support/visitor.ts';

type Answer = (received: Received, response: ServerResponse) => void;

for (const engine of DATABASES) {
  describe(`Try the flow on ${engine}`, () => {
    let server: TestServer;
    let owner: Visitor;
    let stranger: Visitor;
    const receivers: Receiver[] = [];
    const logger = createLogger('silent');

    before(async () => {
      server = await startServer({
        engine,
        settings: { CALLBACK_ALLOWED_NETWORKS: '127.0.0.1/32' },
      });
      owner = visit(server);
      await owner.signIn('developer@example.com');
      stranger = visit(server);
      await stranger.signIn('customer@example.com');
    });
    after(async () => {
      await server.close();
      for (const receiver of receivers) await receiver.close();
    });

    async function receive(answer: Answer): Promise<Receiver> {
      const receiver = await startReceiver(answer);
      receivers.push(receiver);
      return receiver;
    }

    async function createOwnApp(properties: Partial<ConnectAppProperties>, account?: Credentials) {
      const { accountSid } = account ?? (await server.createAccount());
      const [sid] = await server.createApps(accountSid, 1, () => ({
        permissions: ['get-all'],
        ...properties,
      }));
      return { accountSid, connectAppSid: present(sid) };
    }

    /** Plays a run to its end. */
    async function play(app: { accountSid: string; connectAppSid: string }, timeoutMs = 15_000) {
      const client = createGuardedClient({ allowedNetworks: ['127.0.0.1/32'], timeoutMs });
      const runner = createFlowRunner(server.context, client, logger);
      const { sid } = await runner.start(server.context, app);
      const run = await ended(app, sid);
      await runner.close();
      return run;
    }

    async function ended(app: { accountSid: string; connectAppSid: string }, sid: string) {
      const { query } = server.context.database;
      await until('the run has ended', async () => {
        return (await getRun(query, app, sid)).state !== 'running';
      });
      return getRun(query, app, sid);
    }

    const verdictsOf = ({ checks }: FlowRun) =>
      Object.fromEntries(checks.map(({ name, verdict }) => [name, verdict]));
    const checkOf = (run: FlowRun, name: CheckName) =>
      present(run.checks.find((check) => check.name === name));

    async function countAccounts(): Promise<number> {
      const rows = await server.context.database.query
        .selectFrom('accounts')
        .select('sid')
        .execute();
      return rows.length;
    }

    it('passes an app that does all of it, and leaves no customer behind', async () => {
      const account = await server.createAccount();
      const receiver = await receive(({ method, path, headers, body }, response) => {
        if (path.startsWith('/done')) return response.writeHead(302, { location: '/home' }).end();
        if (path.startsWith('/home')) return response.writeHead(200).end('Welcome');
        const isOurs = twilio.validateRequest(
          account.authToken,
          headers['x-twilio-signature'] ?? '',
          `${receiver.url}${path}`,
          method === 'POST' ? Object.fromEntries(new URLSearchParams(body)) : {},
        );
        return response.writeHead(isOurs ? 204 : 403).end();
      });
      const app = await createOwnApp(
        {
          authorizeRedirectUrl: `${receiver.url}/done`,
          deauthorizeCallbackUrl: `${receiver.url}/bye`,
        },
        account,
      );
      const before = await countAccounts();
      const run = await play(app);
      assert.equal(run.state, 'done');
      assert.deepEqual(new Set(Object.values(verdictsOf(run))), new Set(['passed']));
      assert.equal(run.checks.length, 9);
      assert.equal(await countAccounts(), before);
      const { query } = server.context.database;
      const left = await query
        .selectFrom('authorizations')
        .select('account_sid')
        .where('account_sid', '=', run.customerSid)
        .execute();
      assert.deepEqual(left, []);
      const queued = await query
        .selectFrom('callbacks')
        .select('sid')
        .where('account_sid', '=', app.accountSid)
        .execute();
      assert.deepEqual(queued, [], 'the run itself sends its callbacks');
      // What came: state as it was sent, the same AccountSid twice, and the forged callback before the true one.
      const [first, , third] = receiver.received.filter(({ path }) => path.startsWith('/done'));
      const queryOf = (one: Received | undefined) =>
        new URL(present(one).path, receiver.url).searchParams;
      assert.match(queryOf(first).get('state') ?? '', /^try-/);
      assert.equal(queryOf(first).get('AccountSid'), queryOf(third).get('AccountSid'));
      const callbacks = receiver.received.filter(({ path }) => path.startsWith('/bye'));
      assert.equal(callbacks.length, 4);
      const tokens = callbacks.map(({ headers }) => headers['i-twilio-idempotency-token']);
      assert.equal(tokens[1], tokens[2]);
      assert.equal(new Set(tokens).size, 3);
    });

    it('finds what an app gets wrong, and says what to change', async () => {
      const known = new Set<string>();
      const careless = await receive(({ path, body }, response) => {
        if (path.startsWith('/done')) {
          const sid = new URL(path, 'http://app').searchParams.get('AccountSid') ?? '';
          const isAgain = known.has(sid);
          known.add(sid);
          return response.writeHead(isAgain ? 500 : 200).end();
        }
        const sid = new URLSearchParams(body).get('AccountSid') ?? '';
        return response.writeHead(known.has(sid) ? 200 : 500).end();
      });
      const run = await play(
        await createOwnApp({
          authorizeRedirectUrl: `${careless.url}/done`,
          deauthorizeCallbackUrl: `${careless.url}/bye`,
        }),
      );
      assert.deepEqual(verdictsOf(run), {
        accept: 'passed',
        deny: 'passed',
        again: 'failed',
        forged: 'failed',
        revoke: 'passed',
        replay: 'passed',
        method: 'passed',
        unknown: 'failed',
        speed: 'passed',
      });
      assert.match(checkOf(run, 'forged').hint, /anybody can end/);

      const wrong = await receive(({ method, path }, response) => {
        if (path.startsWith('/done')) return response.writeHead(403).end();
        return response.writeHead(method === 'GET' ? 200 : 405).end();
      });
      const other = await play(
        await createOwnApp({
          authorizeRedirectUrl: `${wrong.url}/done?state=own`,
          deauthorizeCallbackUrl: `${wrong.url}/bye`,
        }),
      );
      assert.match(checkOf(other, 'accept').hint, /state parameter of its own/);
      assert.equal(verdictsOf(other).again, 'warned');
      assert.match(checkOf(other, 'method').hint, /does not take POST/);
    });

    it('skips callbacks of an app that has no Deauthorize URL', async () => {
      const receiver = await receive((_, response) => response.writeHead(200).end());
      const run = await play(await createOwnApp({ authorizeRedirectUrl: `${receiver.url}/done` }));
      const skipped = run.checks.filter(({ verdict }) => verdict === 'skipped');
      assert.deepEqual(skipped.map(({ name }) => name).sort(), [
        'forged',
        'method',
        'replay',
        'revoke',
        'unknown',
      ]);
    });

    it('reaches nothing inside: neither by a URL nor by a redirect', async () => {
      const inside = await receive((_, response) => response.writeHead(200).end('secret'));
      for (const url of [
        'http://169.254.169.254/latest/meta-data',
        'http://10.0.0.1/',
        'http://[::1]/',
        'http://127.0.0.2/',
        'http://127.0.0.1:6379/',
      ]) {
        const run = await play(
          await createOwnApp({ authorizeRedirectUrl: url, deauthorizeCallbackUrl: url }),
        );
        for (const { exchanges } of run.checks) {
          for (const { failure } of exchanges) assert.match(failure ?? '', /_forbidden$/, url);
        }
      }
      const { port } = new URL(inside.url);
      const targets = [
        `http://127.0.0.2:${port}/`,
        'http://169.254.169.254/',
        'file:///etc/passwd',
        `//127.0.0.2:${port}`,
      ];
      for (const location of targets) {
        const receiver = await receive(({ path }, response) => {
          const isPage = path.startsWith('/done');
          response.writeHead(isPage ? 302 : 307, { location }).end();
        });
        const run = await play(
          await createOwnApp({
            authorizeRedirectUrl: `${receiver.url}/done`,
            deauthorizeCallbackUrl: `${receiver.url}/bye`,
          }),
        );
        assert.match(
          checkOf(run, 'accept').exchanges.at(-1)?.failure ?? '',
          /forbidden$/,
          location,
        );
        assert.equal(checkOf(run, 'revoke').exchanges.length, 1, 'a callback follows no redirect');
      }
      assert.equal(inside.received.length, 0);
    });

    it('gives up on redirects without end, on silence, and on answers without end', async () => {
      const circle = await receive((_, response) =>
        response.writeHead(302, { location: '/x' }).end(),
      );
      const going = await play(await createOwnApp({ authorizeRedirectUrl: `${circle.url}/x` }));
      assert.equal(checkOf(going, 'accept').exchanges.length, 6);
      assert.match(checkOf(going, 'accept').hint, /go on and on/);

      const silent = await receive(() => {});
      const waiting = await play(
        await createOwnApp({
          authorizeRedirectUrl: `${silent.url}/`,
          deauthorizeCallbackUrl: `${silent.url}/`,
        }),
        100,
      );
      assert.equal(verdictsOf(waiting).speed, 'failed');
      assert.match(checkOf(waiting, 'accept').hint, /15 seconds/);

      const endless = await receive((_, response) => {
        response.writeHead(200);
        const more = setInterval(() => response.write(Buffer.alloc(16_384, '<x>')), 1);
        response.once('close', () => clearInterval(more));
      });
      const cut = await play(await createOwnApp({ authorizeRedirectUrl: `${endless.url}/` }));
      assert.equal(verdictsOf(cut).accept, 'passed');
      assert.ok((checkOf(cut, 'accept').exchanges[0]?.answer ?? '').length <= 1024);
    });

    it('has one run of an account at a time, and a number of them an hour', async () => {
      const silent = await receive(() => {});
      const app = await createOwnApp({ authorizeRedirectUrl: `${silent.url}/` });
      const client = createGuardedClient({ allowedNetworks: ['127.0.0.1/32'] });
      const runner = createFlowRunner(server.context, client, logger);
      const { sid } = await runner.start(server.context, app);
      await assert.rejects(runner.start(server.context, app), { problem: 'too_many_requests' });
      const other = await createOwnApp({ authorizeRedirectUrl: `${silent.url}/` });
      await assert.rejects(
        runner.start(server.context, { ...other, connectAppSid: app.connectAppSid }),
        { problem: 'not_found' },
      );
      // A process that stops interrupts it, and removes its customer.
      await runner.close();
      const run = await ended(app, sid);
      assert.equal(run.state, 'interrupted');
      await assert.rejects(runner.start(server.context, app), { problem: 'too_many_requests' });
      const quick = await createOwnApp({ authorizeRedirectUrl: 'http://10.0.0.1/' });
      for (let count = 0; count < 20; count += 1) await play(quick);
      await assert.rejects(play(quick), { problem: 'too_many_requests' });
    });

    it('removes the customer of a run that its process left behind', async () => {
      const app = await createOwnApp({ authorizeRedirectUrl: 'http://10.0.0.1/' });
      const before = await countAccounts();
      const { run } = await beginRun(server.context, app);
      assert.equal(await countAccounts(), before + 2);
      const later = { ...server.context, clock: { now: () => Date.now() + 60 * 60 * 1000 } };
      await removeLeftRuns(later, 10);
      assert.equal(await countAccounts(), before);
      assert.equal((await ended(app, run.sid)).state, 'interrupted');
    });

    it('shows its result as text and as Markdown, whatever the app answered', async () => {
      const hostile = await receive((_, response) =>
        response.writeHead(200).end('```\n<script>alert(1)</script>\u202e\n# Not a heading\n'),
      );
      const app = await createOwnApp(
        {
          friendlyName: '<img src=x> [a](b)',
          authorizeRedirectUrl: hostile.url.replace('//', '//user:secret@'),
          deauthorizeCallbackUrl: `${hostile.url}/bye`,
        },
        server.developer,
      );
      const path = `/console/${app.accountSid}/apps/${app.connectAppSid}/try`;
      const page = await owner.get(path);
      assert.match(page.text, /Try the flow/);
      const begun = await owner.submit(path, {});
      assert.equal(begun.status, 303);
      const runPath = present(begun.headers.location);
      await until('it has ended', async () => (await owner.get(runPath)).text.includes('To share'));
      const { text } = await owner.get(runPath);
      assert.doesNotMatch(text, /<script>alert|<img src=x|\u202e|user:secret/);
      const { authToken } = server.developer;
      assert.ok(!text.replaceAll(app.accountSid, '').includes(authToken));
      const signature = createHmac('sha1', authToken).update(`${hostile.url}/bye`).digest('base64');
      assert.ok(!text.includes(signature));
      const [, markdown = ''] = /id="markdown">(.*?)<\/code>/s.exec(text) ?? [];
      assert.match(markdown, /\n````text\n```\n&lt;script&gt;/);
      assert.match(markdown, /# Try the flow: \\&lt;img src=x\\&gt; \\\[a\\\]/);
      const runs = await listRuns(server.context.database.query, app);
      assert.equal(runs.length, 1);

      const foreign = `/console/${server.customer.accountSid}/apps/${app.connectAppSid}/try`;
      for (const one of [path, runPath, foreign, runPath.replace(path, foreign)]) {
        assert.equal((await stranger.get(one)).status, 404, one);
      }
      for (const one of [path, foreign]) {
        await stranger.get(`/console/${server.customer.accountSid}/overview`);
        assert.equal((await stranger.submit(one, {})).status, 404);
      }
      await owner.get(path);
      assert.equal((await owner.submit(path, { _csrf: 'made up' })).status, 403);
    });

    it('says why it cannot begin', async () => {
      const trial = await server.createAccount({ type: 'Trial' });
      const app = await createOwnApp({ authorizeRedirectUrl: 'https://app.example.com/' }, trial);
      await assert.rejects(beginRun(server.context, app), { problem: 'consent_impossible' });
      const own = await createOwnApp({}, server.developer);
      const path = `/console/${own.accountSid}/apps/${own.connectAppSid}/try`;
      const { text } = await owner.get(path);
      assert.match(text, /no Authorize URL yet/);
      assert.doesNotMatch(text, /<button>Try the flow/);
    });
  });
}
