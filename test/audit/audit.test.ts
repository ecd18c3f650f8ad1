/** The trail: every change stands in it once, with who made it and from where, and nothing takes it out again. */

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { rotateToken, updateAccount } from '../../src/accounts/operations.ts';
import type { AuditEvent } from '../../src/audit/audit.ts';
import { listingOfEvents } from '../../src/audit/operations.ts';
import { insertEvents } from '../../src/audit/store.ts';
import { authorizeConnectApp, revokeAuthorization } from '../../src/authorizations/operations.ts';
import { retryCallback } from '../../src/callbacks/operations.ts';
import { startResend, stopResend } from '../../src/callbacks/resend-operations.ts';
import { deleteConnectApp, updateConnectApp } from '../../src/connect-apps/operations.ts';
import { beginRun, finishRun } from '../../src/flow-runs/operations.ts';
import { purge } from '../../src/server/maintenance.ts';
import { createUser, deleteUser, updateUser } from '../../src/users/operations.ts';
import { setOperator } from '../../src/users/operators.ts';
import { setPassword } from '../../src/users/password-change.ts';
import { acceptIdentity } from '../../src/users/provider-sign-in.ts';
import { actingFor } from '../../src/users/session.ts';
import { endOwnSession, listOwnSessions } from '../../src/users/session-list.ts';
import { openContext, type TestContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import { type Credentials, startServer, type TestServer } from '../support/server.ts';
import { startSession } from '../support/session.ts';
import { createSid } from '../support/sid.ts';

const ALL = { direction: 'older', from: undefined, limit: 1000 } as const;
const PASSWORD = 'correct horse battery';
const NETWORK = '203.0.113.7';

const typesOf = (events: readonly AuditEvent[]) => events.map((event) => event.eventType);

for (const engine of DATABASES) {
  describe(`the audit trail on ${engine}`, () => {
    let world: TestContext;
    let owner: Credentials;
    let customer: Credentials;
    before(async () => {
      world = await openContext(engine);
    });
    after(() => world.close());

    /** Two fresh accounts, whose trails hold no more than that they were created. */
    async function fresh() {
      owner = await world.createAccount();
      customer = await world.createAccount();
    }
    /** All events of an account, newest first, but for its creation. */
    async function trailOf({ accountSid }: Credentials): Promise<AuditEvent[]> {
      const events = await listingOfEvents(world.context, accountSid).slice(ALL);
      return events.filter((one) => one.eventType !== 'account.created');
    }

    it('has each change of an account once, and none that changed nothing', async () => {
      await fresh();
      const { context } = world;
      const { accountSid } = owner;
      await updateAccount(context, accountSid, { FriendlyName: 'Another name' });
      await updateAccount(context, accountSid, { FriendlyName: 'Another name' });
      await updateAccount(context, accountSid, { Status: 'suspended' });
      await updateAccount(context, accountSid, { Status: 'active' });
      await rotateToken(context, accountSid, { keepOld: true });
      await updateAccount(context, accountSid, { Status: 'closed' });
      const trail = await trailOf(owner);
      assert.deepEqual(typesOf(trail).toSorted(), [
        'account.activated',
        'account.closed',
        'account.renamed',
        'account.suspended',
        'auth-token.rotated',
      ]);
      for (const event of trail) {
        assert.deepEqual(
          [event.accountSid, event.changedAccountSid, event.resourceSid, event.source],
          [accountSid, accountSid, accountSid, 'server'],
        );
      }
    });

    it('names the properties of an app that were changed, never their values', async () => {
      await fresh();
      const { accountSid } = owner;
      const app = await world.createApp(accountSid, { friendlyName: 'A secret name' });
      await updateConnectApp(world.context, accountSid, app, {
        FriendlyName: 'Another secret name',
        Permissions: 'get-all',
        CompanyName: '',
      });
      await updateConnectApp(world.context, accountSid, app, { Permissions: 'get-all' });
      const [updated, created, ...others] = await trailOf(owner);
      assert.equal(others.length, 0);
      assert.deepEqual(typesOf([...(created ? [created] : [])]), ['connect-app.created']);
      assert.equal(updated?.eventType, 'connect-app.updated');
      assert.deepEqual(updated.properties, ['friendly_name', 'permissions']);
      assert.equal(updated.resourceSid, app);
      assert.doesNotMatch(JSON.stringify(await trailOf(owner)), /secret name/);
    });

    it('tells both parties of an authorization, and neither which person of the other it was', async () => {
      await fresh();
      const { context } = world;
      const app = await world.createApp(owner.accountSid, {
        deauthorizeCallbackUrl: 'https://app.example.com/bye',
      });
      const email = `customer-${customer.accountSid.toLowerCase()}@example.com`;
      const user = await createUser(context, {
        email,
        password: PASSWORD,
        accountSids: [customer.accountSid],
      });
      const secret = await startSession(context, user.sid);
      const acting = actingFor(context, { secret, address: NETWORK }, customer.accountSid);
      const key = { accountSid: customer.accountSid, connectAppSid: app };
      const { subaccountSid } = await authorizeConnectApp(acting, key);
      await revokeAuthorization(acting, key);
      const ofCustomer = (await trailOf(customer)).filter((one) => one.resourceSid === app);
      const ofOwner = (await trailOf(owner)).filter((one) => one.relatedSid === subaccountSid);
      for (const events of [ofCustomer, ofOwner]) {
        assert.deepEqual(typesOf(events), ['authorization.revoked', 'authorization.granted']);
      }
      for (const event of ofCustomer) {
        assert.deepEqual(
          [event.source, event.actorSid, event.actorEmail, event.sourceIpAddress],
          ['web', user.sid, email, NETWORK],
        );
      }
      for (const event of ofOwner) {
        assert.deepEqual(
          [event.source, event.actorSid, event.actorEmail, event.sourceIpAddress],
          ['customer', null, null, null],
        );
      }
    });

    it('tells each customer of a deleted app that its owner ended it', async () => {
      await fresh();
      const { context } = world;
      const app = await world.createApp(owner.accountSid, {});
      await authorizeConnectApp(context, { accountSid: customer.accountSid, connectAppSid: app });
      await deleteConnectApp(context, owner.accountSid, app);
      assert.deepEqual(
        (await trailOf(customer)).map(({ eventType, source }) => [eventType, source]),
        [
          ['authorization.revoked', 'owner'],
          ['authorization.granted', 'server'],
        ],
      );
      assert.ok(typesOf(await trailOf(owner)).includes('connect-app.deleted'));
    });

    it('has the changes of people in the trail of each of their accounts', async () => {
      await fresh();
      const { context } = world;
      const email = `person-${owner.accountSid.toLowerCase()}@example.com`;
      const accountSids = [owner.accountSid, customer.accountSid];
      const { sid } = await createUser(context, { email, password: PASSWORD, accountSids });
      await setPassword(context, email, 'another horse battery');
      await updateUser(context, email, { add: [], remove: [customer.accountSid] });
      assert.deepEqual(typesOf(await trailOf(customer)), [
        'person.removed',
        'password.changed',
        'person.added',
      ]);
      const [changed] = await trailOf(owner);
      assert.deepEqual([changed?.resourceSid, changed?.resourceEmail], [sid, email]);
      await deleteUser(context, email);
      const events = await trailOf(owner);
      assert.deepEqual(typesOf(events), ['person.removed', 'password.changed', 'person.added']);
      // The trail holds no address: with the user it is gone.
      assert.ok(events.every((one) => one.resourceSid === sid && one.resourceEmail === null));
    });

    it('has a callback that was sent again', async () => {
      await fresh();
      const { context } = world;
      const app = await world.createApp(owner.accountSid, {
        deauthorizeCallbackUrl: 'https://app.example.com/bye',
      });
      const key = { accountSid: customer.accountSid, connectAppSid: app };
      await authorizeConnectApp(context, key);
      await revokeAuthorization(context, key);
      const row = await context.database.query
        .selectFrom('callbacks')
        .select('sid')
        .where('connect_app_sid', '=', app)
        .executeTakeFirstOrThrow();
      await retryCallback(context, row.sid);
      const [resent] = await trailOf(owner);
      assert.deepEqual([resent?.eventType, resent?.resourceSid], ['callback.resent', row.sid]);
    });

    it('has what was started and stopped for an app, once', async () => {
      await fresh();
      const { context } = world;
      const { accountSid } = owner;
      const connectAppSid = await world.createApp(accountSid, {});
      const app = { accountSid, connectAppSid };
      const { sid } = await startResend(context, app, { status: undefined, since: 0 });
      await stopResend(context, app, sid);
      await stopResend(context, app, sid);
      const { run } = await beginRun(context, app);
      const [started, stopped, resent] = await trailOf(owner);
      assert.deepEqual(
        [started?.eventType, started?.resourceSid, started?.relatedSid],
        ['flow-run.started', connectAppSid, run.sid],
      );
      assert.deepEqual(
        [stopped?.eventType, stopped?.resourceSid],
        ['callbacks-resend.stopped', connectAppSid],
      );
      assert.equal(resent?.eventType, 'callbacks.resent');
      await finishRun(context, run, 'done');
    });

    it('has that a session was ended, and who became an operator', async () => {
      await fresh();
      const { context } = world;
      const accountSids = [owner.accountSid];
      const email = `op-${owner.accountSid.toLowerCase()}@example.com`;
      const user = { email, password: PASSWORD, accountSids, isOperator: true };
      const { sid } = await createUser(context, user);
      await setOperator(context, email, true);
      await setOperator(context, email, false);
      await startSession(context, sid);
      const [session] = await listOwnSessions(context, sid);
      await endOwnSession(context, sid, session?.digest ?? '');
      await endOwnSession(context, sid, session?.digest ?? '');
      assert.deepEqual(typesOf(await trailOf(owner)).toSorted(), [
        'operator.added',
        'operator.removed',
        'person.added',
        'session.ended',
      ]);
      const subject = { issuer: 'https://login.example.com', subject: `one of ${email}` };
      const identity = { ...subject, email: undefined, accountSids };
      for (const isOperator of [true, true, false]) {
        await acceptIdentity(context, { ...identity, isOperator });
      }
      const ofProvider = (await trailOf(owner)).filter((one) => one.resourceSid !== sid);
      assert.deepEqual(typesOf(ofProvider).toSorted(), [
        'operator.added',
        'operator.removed',
        'person.added',
      ]);
    });

    it('is written with the change or not at all', async () => {
      await fresh();
      const { context } = world;
      const failing = {
        ...context,
        database: {
          ...context.database,
          transaction: <T>(work: Parameters<typeof context.database.transaction<T>>[0]) =>
            context.database.transaction(async (transaction) => {
              await work(transaction);
              throw new Error('the power is gone');
            }),
        },
      };
      const change = { FriendlyName: 'Never' };
      await assert.rejects(updateAccount(failing, owner.accountSid, change), /the power is gone/);
      assert.deepEqual(await trailOf(owner), []);
    });

    it('has a subaccount’s changes in its parent’s trail', async () => {
      const server = await startServer({ engine });
      try {
        const { accountSid } = await server.createAccount({ owner: server.developer.accountSid });
        await updateAccount(server.context, accountSid, { FriendlyName: 'A shop' });
        const listing = listingOfEvents(server.context, server.developer.accountSid);
        const [renamed] = await listing.slice(ALL);
        assert.deepEqual(
          [renamed?.eventType, renamed?.changedAccountSid],
          ['account.renamed', accountSid],
        );
        assert.deepEqual(await listingOfEvents(server.context, accountSid).slice(ALL), []);
      } finally {
        await server.close();
      }
    });

    it('is filtered by type, actor, resource, source and time, and paged', async () => {
      await fresh();
      const { context } = world;
      const { accountSid } = owner;
      const apps: string[] = [];
      for (let index = 0; index < 5; index += 1) apps.push(await world.createApp(accountSid, {}));
      await updateConnectApp(context, accountSid, apps[0] ?? '', { CompanyName: 'Pets' });
      const listOf = (filters: Parameters<typeof listingOfEvents>[2]) =>
        listingOfEvents(context, accountSid, filters).slice(ALL);
      assert.equal((await listOf({ eventType: 'connect-app.created' })).length, 5);
      assert.equal((await listOf({ resourceSid: apps[0] })).length, 2);
      assert.equal((await listOf({ resourceSid: apps[0], source: 'cli' })).length, 0);
      assert.equal((await listOf({ actorSid: customer.accountSid })).length, 0);
      const now = context.clock.now();
      assert.equal((await listOf({ since: now + 60_000 })).length, 0);
      assert.equal((await listOf({ until: now + 60_000 })).length, 7);
      const seen: string[] = [];
      const listing = listingOfEvents(context, accountSid);
      for (;;) {
        const from = (await listing.slice(ALL)).find((event) => event.sid === seen.at(-1));
        const page = await listing.slice({ direction: 'older', from, limit: 2 });
        seen.push(...page.map(({ sid }) => sid));
        if (page.length < 2) break;
      }
      assert.equal(new Set(seen).size, 7);
    });

    it('finds by several filters whatever is far apart, in pages of both directions', async () => {
      await fresh();
      const { context } = world;
      const { accountSid } = owner;
      const rows = Array.from({ length: 3500 }, (_, index) => ({
        account_sid: accountSid,
        sid: createSid('AE'),
        // Many in the same moment.
        created_at: 1_000_000 + Math.floor(index / 3),
        event_type: 'connect-app.updated',
        source: index % 700 === 3 ? ('web' as const) : ('api' as const),
        actor_sid: accountSid,
        changed_account_sid: accountSid,
        resource_sid: index % 2 === 0 ? accountSid : customer.accountSid,
        related_sid: null,
        properties: '',
        source_ip_address: null,
      }));
      await context.database.transaction((transaction) => insertEvents(transaction, rows));
      const filter = { source: 'web', resourceSid: customer.accountSid } as const;
      const { slice } = listingOfEvents(context, accountSid, filter);
      const wanted = rows
        .filter((row) => row.source === 'web' && row.resource_sid === customer.accountSid)
        .sort((one, other) => other.created_at - one.created_at)
        .map((row) => row.sid);
      assert.equal(wanted.length, 5);
      const sids = (events: AuditEvent[]) => events.map(({ sid }) => sid);
      assert.deepEqual(sids(await slice(ALL)), wanted);
      const first = await slice({ direction: 'older', from: undefined, limit: 2 });
      assert.deepEqual(sids(first), wanted.slice(0, 2));
      const next = await slice({ direction: 'older', from: first.at(-1), limit: 2 });
      assert.deepEqual(sids(next), wanted.slice(2, 4));
      const back = await slice({ direction: 'newer', from: next.at(-1), limit: 2 });
      assert.deepEqual(sids(back), wanted.slice(1, 3));
    });

    it('forgets addresses after 90 days, and nothing else', async () => {
      await fresh();
      const { context } = world;
      const email = `old-${owner.accountSid}@example.com`;
      const { accountSid } = owner;
      const { sid } = await createUser(context, {
        email,
        password: PASSWORD,
        accountSids: [accountSid],
      });
      const secret = await startSession(context, sid);
      const acting = actingFor(context, { secret, address: NETWORK }, accountSid);
      await updateAccount(acting, accountSid, { FriendlyName: 'Renamed from afar' });
      const written = await trailOf(owner);
      assert.equal(written[0]?.sourceIpAddress, NETWORK);
      world.passMs(89 * 24 * 60 * 60 * 1000);
      await purge(context);
      assert.deepEqual(await trailOf(owner), written);
      world.passMs(2 * 24 * 60 * 60 * 1000);
      await purge(context);
      assert.deepEqual(
        await trailOf(owner),
        written.map((event) => ({ ...event, sourceIpAddress: null })),
      );
    });
  });

  describe(`who acts over the API, on ${engine}`, () => {
    let server: TestServer;
    before(async () => {
      server = await startServer({ engine });
    });
    after(() => server.close());

    it('is the account of the credentials, with its address', async () => {
      const { accountSid } = server.developer;
      const path = `/2010-04-01/Accounts/${accountSid}`;
      const reply = await server.request(
        'POST',
        `${path}/ConnectApps/${server.connectAppSid}.json`,
        {
          auth: server.developer,
          form: { CompanyName: 'Another company' },
        },
      );
      assert.equal(reply.status, 200);
      const [event] = await listingOfEvents(server.context, accountSid).slice(ALL);
      assert.deepEqual(
        [event?.eventType, event?.source, event?.actorSid, event?.sourceIpAddress],
        ['connect-app.updated', 'api', accountSid, '127.0.0.1'],
      );
    });

    it('leaves nothing in the trail when it is refused', async () => {
      const { accountSid } = server.developer;
      const { slice } = listingOfEvents(server.context, accountSid);
      const before = await slice(ALL);
      const path = `/2010-04-01/Accounts/${accountSid}.json`;
      const refused = await server.request('POST', path, {
        auth: server.customer,
        form: { FriendlyName: 'Stolen' },
      });
      assert.equal(refused.status, 404);
      assert.deepEqual(await slice(ALL), before);
    });
  });
}

describe('the table of the trail', () => {
  const SOURCE = join(import.meta.dirname, '../../src');

  it('is written by the store of the trail alone, which takes nothing out of it', () => {
    const writers = globSync('**/*.ts', { cwd: SOURCE }).filter((path) =>
      /(?:insertInto|updateTable|deleteFrom)\('audit_events'\)/.test(
        readFileSync(join(SOURCE, path), 'utf8'),
      ),
    );
    assert.deepEqual(writers, ['audit/store.ts']);
    const text = readFileSync(join(SOURCE, 'audit/store.ts'), 'utf8');
    assert.doesNotMatch(text, /deleteFrom/);
    const updates = [...text.matchAll(/updateTable\('audit_events'\)\s*\.set\(([^)]*)\)/g)];
    assert.deepEqual(
      updates.map(([, set]) => set),
      ['{ source_ip_address: null }'],
    );
  });
});
