/** A world as a test uses it: people, inbox, clock, faults, journal, and the ways back. */

import assert from 'node:assert/strict';
import { after, afterEach, describe, it } from 'node:test';
import twilio from 'twilio';
import { start } from '../../src/testing.ts';
import { BROWSER_OBSTACLE, launchBrowser } from '../support/browser.ts';
import { send } from '../support/server.ts';

const NOW = '2026-01-01T00:00:00Z';

describe('a world', async () => {
  const world = await start({ seed: 1, now: NOW });
  afterEach(() => world.reset());
  after(() => world.close());

  const get = (accountSid: string) =>
    send(world.url, 'GET', `/2010-04-01/Accounts/${accountSid}.json`, {
      auth: { accountSid, authToken: world.developer.authToken },
    });

  it('plays the whole life of an app, and a day of retries', async () => {
    const app = await world.createApp({ permissions: ['get-all'] });
    const allowed = await world.customerOf(app.sid).allow({ state: 'a b', follow: true });
    assert.equal(allowed.status, 200);
    assert.equal(allowed.redirect.searchParams.get('state'), 'a b');
    const client = world.connect(twilio(allowed.accountSid, world.developer.authToken));
    const account = await client.api.accounts(allowed.accountSid).fetch();
    assert.equal(account.ownerAccountSid, world.customer.accountSid);

    world.inbox.answer(...Array.from({ length: 8 }, () => 500));
    await world.customerOf(app.sid).revoke();
    const { now, done } = await world.clock.advance('2d');
    assert.equal(now.toISOString(), '2026-01-03T00:00:00.000Z');
    assert.equal(done.length, 8);
    const [first] = world.inbox.all();
    assert.ok(world.inbox.all().every(({ signatureIsValid }) => signatureIsValid));
    assert.deepEqual(
      world.inbox.all().map(({ attempt, at }) => [attempt, at.slice(8, 19)]),
      [
        [1, '01T00:00:00'],
        [2, '01T00:00:05'],
        [3, '01T00:05:05'],
        [4, '01T00:35:05'],
        [5, '01T02:35:05'],
        [6, '01T07:35:05'],
        [7, '01T17:35:05'],
        [8, '02T03:35:05'],
      ],
    );
    assert.equal(first?.params.AccountSid, allowed.accountSid);
    assert.match(first?.signed ?? '', /^http:\/\/inbox\.test\/deauthorizedAccountSidAC/);
    await assert.rejects(client.api.accounts(allowed.accountSid).fetch(), { code: 20006 });
    const again = await world.customerOf(app.sid).allow();
    assert.equal(again.accountSid, allowed.accountSid);
  });

  it('answers callbacks as told: slowly, not at all, and by GET', async () => {
    const app = await world.createApp({ deauthorizeCallbackMethod: 'GET' });
    await world.customerOf(app.sid).allow();
    world.inbox.answer({ drop: true }, { delayMs: 20_000 });
    await world.customerOf(app.sid).revoke();
    await world.clock.advance('1h');
    assert.deepEqual(
      world.inbox
        .all()
        .map(({ method, status, signatureIsValid }) => [method, status, signatureIsValid]),
      [
        ['GET', null, true],
        ['GET', null, true],
        ['GET', 204, true],
      ],
    );
    assert.equal((await world.inbox.next()).attempt, 1);
    assert.equal((await world.inbox.next()).attempt, 2);
    await world.inbox.next();
    await assert.rejects(
      world.inbox.next({ timeoutMs: 10 }),
      /No callback came within 10 ms; 3 came/,
    );
  });

  it('lets a customer deny, and refuses what the consent page refuses', async () => {
    const { redirect } = await world.customerOf(world.connectApp.sid).deny();
    assert.equal(redirect.searchParams.get('error'), 'unauthorized_client');
    const trial = await world.createAccount({ type: 'Trial' });
    await assert.rejects(world.customerOf(world.connectApp.sid, trial.accountSid).allow(), /Trial/);
    const child = await world.createAccount({ owner: world.customer.accountSid });
    await assert.rejects(
      world.customerOf(world.connectApp.sid, child.accountSid).allow(),
      /subaccount/i,
    );
    await assert.rejects(world.createApp({ homepageUrl: 'nonsense' }));
  });

  it('turns the clock for sessions and stand-ins, too', async () => {
    const { developer, connectApp } = world;
    const cookie = await world.customerOf(connectApp.sid, developer.accountSid).cookie();
    const isSignedIn = async () => {
      const path = `/console/${world.developer.accountSid}/apps`;
      const { text } = await send(world.url, 'GET', path, { headers: { cookie } });
      return text.includes(world.connectApp.sid);
    };
    assert.ok(await isSignedIn());
    const { accountSid } = await world.customerOf(world.connectApp.sid).allow();
    const client = world.connect(twilio(accountSid, world.developer.authToken));
    const message = await client.messages.create({
      to: '+15005550010',
      from: '+15005550006',
      body: 'x',
    });
    assert.notEqual(message.status, 'delivered');
    await world.clock.advance('13h');
    assert.ok(!(await isSignedIn()));
    assert.equal((await client.messages(message.sid).fetch()).status, 'delivered');
    await assert.rejects(world.clock.set(NOW), /forward only/);
    await assert.rejects(world.clock.advance('soon'), /no span of time/);
  });

  it('stands until it runs', async () => {
    assert.equal(world.clock.now().toISOString(), '2026-01-01T00:00:00.000Z');
    world.clock.run();
    const begun = world.clock.now();
    while (world.clock.now().getTime() === begun.getTime()) await new Promise(setImmediate);
    world.clock.freeze();
    assert.ok(world.clock.now() > begun);
  });

  it('lets requests fail', async () => {
    const { accountSid } = await world.customerOf(world.connectApp.sid).allow();
    const end = world.fail({ method: 'POST' }, { status: 500 });
    world.fail({ path: '*/Accounts/AC*' }, { status: 429, retryAfter: 3, times: 1 });
    const limited = await get(accountSid);
    assert.deepEqual([limited.status, limited.headers['retry-after']], [429, '3']);
    assert.equal((limited.json as { code: number }).code, 20429);
    assert.equal((await get(accountSid)).status, 200);
    world.fail({ method: 'GET' }, { drop: true, times: 1 });
    await assert.rejects(get(accountSid));
    const [dropped] = world.requests.all().filter(({ status }) => status === null);
    assert.match(dropped?.reason ?? '', /dropped/);
    end();
    world.fail({}, { delayMs: 1, times: 1 });
    assert.equal((await get(accountSid)).status, 200);
  });

  it('tells what came instead, the nearest first', async () => {
    const app = await world.createApp({ permissions: ['get-all'] });
    const { accountSid } = await world.customerOf(app.sid).allow();
    const auth = { accountSid, authToken: world.developer.authToken };
    const path = `/2010-04-01/Accounts/${accountSid}/Messages.json`;
    const waiting = world.requests.waitFor({ method: 'POST', status: 403 });
    await send(world.url, 'POST', path, { auth, form: { To: '+15005550010' } });
    const [refused] = await waiting;
    assert.match(refused?.reason ?? '', /post-all/);
    world.requests.expect({ status: 403, account: accountSid, path: '*/Messages.json' }, 1);
    await assert.rejects(
      world.requests.waitFor({ method: 'GET', status: 403 }, { timeoutMs: 10 }),
      /Expected 1 requests with method GET, status 403, and there were 0[\s\S]*POST \/2010[\s\S]*method is POST, not GET/,
    );
    assert.throws(() => world.requests.expect({ method: 'PUT' }), /at least 1[\s\S]*403/);
    world.requests.clear();
    assert.throws(() => world.requests.expect({}), /No request came/);
  });

  it('goes back to the seed, to nothing, and to a snapshot', async () => {
    const { accountSid } = await world.customerOf(world.connectApp.sid).allow();
    const name = await world.snapshot();
    await world.clock.advance('1d');
    await world.reset();
    assert.equal((await get(accountSid)).status, 401);
    assert.equal((await get(world.developer.accountSid)).status, 200);
    await world.reset('empty');
    assert.equal((await get(world.developer.accountSid)).status, 401);
    await world.reset(name);
    assert.equal((await get(accountSid)).status, 200);
    assert.equal(world.clock.now().toISOString(), '2026-01-01T00:00:00.000Z');
    await assert.rejects(world.reset('nothing'), /no snapshot nothing/);
  });

  it('exports what another world begins with', async () => {
    const app = await world.createApp({ friendlyName: 'Exported' });
    const { accountSid } = await world.customerOf(app.sid).allow();
    await world.customerOf(world.connectApp.sid).allow();
    await world.customerOf(world.connectApp.sid).revoke();
    const fixture = await world.export();
    await using other = await start({ fixture, now: NOW });
    assert.deepEqual(await other.export(), fixture);
    assert.deepEqual(other.developer, world.developer);
    const auth = { accountSid, authToken: other.developer.authToken };
    const reply = await send(other.url, 'GET', `/2010-04-01/Accounts/${accountSid}.json`, { auth });
    assert.equal(reply.status, 200);
    await assert.rejects(start({ fixture: '/no/such/file.json' }), { problem: 'setting_invalid' });
  });

  it('opens its consent page in a browser that has the cookie', {
    skip: BROWSER_OBSTACLE,
  }, async () => {
    const browser = await launchBrowser();
    try {
      const customer = world.customerOf(world.connectApp.sid);
      const [name = '', value = ''] = (await customer.cookie()).split('=');
      const context = await browser.newContext();
      await context.addCookies([{ name, value, url: world.url }]);
      const page = await context.newPage();
      await page.goto(customer.consentUrl);
      await page.getByRole('button', { name: 'Allow' }).waitFor();
    } finally {
      await browser.close();
    }
  });
});

describe('a seed', () => {
  /** What three tests get, each after a reset. */
  async function play(order: readonly number[]): Promise<string[]> {
    await using world = await start({ seed: 7, now: NOW });
    const { developer } = world;
    const tests = [
      async () => JSON.stringify(await world.createApp({ friendlyName: 'One' })),
      async () => (await world.customerOf(world.connectApp.sid).allow()).accountSid,
      async () => {
        const path = `/2010-04-01/Accounts/${developer.accountSid}/ConnectApps.json`;
        const { text, headers } = await send(world.url, 'GET', path, { auth: developer });
        return `${text} ${headers['twilio-request-id']}`;
      },
    ];
    const results: string[] = [];
    for (const index of order) {
      results[index] = (await tests[index]?.()) ?? '';
      await world.reset();
    }
    return results;
  }

  it('gives the same bytes on every run, in any order of tests', async () => {
    const results = await play([0, 1, 2]);
    assert.deepEqual(await play([2, 0, 1]), results);
    assert.deepEqual(await play([1, 1, 2, 2, 0]), results);
  });
});
