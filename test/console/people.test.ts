/** The pages of people, invitations, resets, one's own sign-in, and the trail, as a browser asks for them. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { listingOfEvents } from '../../src/audit/operations.ts';
import { updateConnectApp } from '../../src/connect-apps/operations.ts';
import { createUser } from '../../src/users/operations.ts';
import { changeRole, disablePerson, listingOfPeople } from '../../src/users/people.ts';
import { findUserByEmail } from '../../src/users/store.ts';
import type { Role } from '../../src/users/user.ts';
import { present } from '../api/narrow.ts';
import { parseCsv } from '../api/parse-csv.ts';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { startSession } from '../support/session.ts';
import { type Visitor, visit } from '../support/visitor.ts';

const PASSWORD = 'correct horse battery';
const ALL = { direction: 'older', from: undefined, limit: 1000 } as const;

for (const engine of DATABASES) {
  describe(`the pages of people on ${engine}`, () => {
    let server: TestServer;
    let accountSid: string;
    let owner: Visitor;
    let ownerSid: string;
    let made = 0;
    before(async () => {
      server = await startServer({ engine });
      ({ accountSid } = await server.createAccount({ friendlyName: 'Pets & <b>Co</b>' }));
      const user = await person('owner');
      ownerSid = user.sid;
      owner = await signedIn(user);
    });
    after(() => server.close());

    const at = (rest: string) => `/console/${accountSid}/${rest}`;
    async function person(role: Role, sids = [accountSid]) {
      made += 1;
      const email = `person${made}@example.com`;
      return createUser(server.context, { email, password: PASSWORD, accountSids: sids, role });
    }
    /** A browser with a session of its own, without the wait for a password. */
    async function signedIn({ sid }: { sid: string }): Promise<Visitor> {
      const visitor = visit(server);
      visitor.cookies.set('connect_apps_session', await startSession(server.context, sid));
      return visitor;
    }
    async function inviteBy(visitor: Visitor, email: string, role: Role = 'member') {
      await visitor.get(at('people/invite'));
      const { status, text } = await visitor.submit(at('people/invite'), { Email: email, role });
      assert.equal(status, 200, text);
      return new URL(/value="(http[^"]*\/join\/[^"]*)"/.exec(text)?.[1] ?? '').pathname;
    }
    const people = () => listingOfPeople(server.context, accountSid).slice(ALL);
    const latest = async () => (await listingOfEvents(server.context, accountSid).slice(ALL))[0];

    it('list them, escaped, and lead to each', async () => {
      const { status, text } = await owner.get(at('people'));
      assert.equal(status, 200);
      assert.ok(text.includes(`href="${at(`people/${ownerSid}`)}"`));
      assert.ok(!text.includes('<b>Co</b>'));
      assert.equal((await owner.get(at(`people/${ownerSid}`))).status, 200);
      assert.equal((await owner.get(at(`people/US${'0'.repeat(32)}`))).status, 404);
    });

    it('tell a member who is there, and let them change nothing', async () => {
      const member = await signedIn(await person('member'));
      const { text } = await member.get(at('people'));
      assert.match(text, /only owners change/);
      assert.doesNotMatch(text, /Invite…|Withdraw/);
      const there = at(`people/${ownerSid}`);
      assert.doesNotMatch((await member.get(there)).text, /Remove…|Disable…/);
      const before = await people();
      for (const path of [
        at('people/invite'),
        ...['role', 'disable', 'remove', 'reset-password'].map((name) => `${there}/${name}`),
      ]) {
        assert.equal((await member.get(path)).status, 403, path);
        await member.get(at('people'));
        const fields = { Email: 'x@example.com', role: 'owner' };
        assert.equal((await member.submit(path, fields)).status, 403, path);
      }
      assert.deepEqual(await people(), before);
    });

    it('let a member change an app, and not delete it', async () => {
      const [app = ''] = await server.createApps(accountSid, 1, () => ({ friendlyName: 'Kept' }));
      const member = await signedIn(await person('member'));
      assert.doesNotMatch((await member.get(at(`apps/${app}`))).text, /Delete…/);
      assert.equal((await member.get(at(`apps/${app}/edit`))).status, 200);
      assert.equal((await member.get(at(`apps/${app}/delete`))).status, 403);
      await member.get(at('people'));
      const sent = await member.submit(at(`apps/${app}/delete`), { Name: 'Kept' });
      assert.equal(sent.status, 403);
      assert.equal((await owner.get(at(`apps/${app}`))).status, 200);
    });

    it('invite somebody, who chooses a password, is signed in, and is told of nobody else', async () => {
      const path = await inviteBy(owner, 'ada@example.com');
      const ada = visit(server);
      const shown = await ada.get(path);
      assert.equal(shown.status, 200);
      assert.ok(!shown.text.includes('person1@example.com'));
      assert.equal(shown.headers['referrer-policy'], 'same-origin');
      assert.equal(shown.headers['cache-control'], 'no-store');
      // A session that was planted in the browser is not the one that is used afterwards.
      const short = await ada.submit(path, { password: 'short' });
      assert.equal(short.status, 400);
      assert.match(short.text, /at least 12 characters/);
      const joined = await ada.submit(path, { password: PASSWORD });
      assert.deepEqual([joined.status, joined.headers.location], [303, at('overview')]);
      assert.equal((await ada.get(at('overview'))).status, 200);
      assert.equal((await visit(server).get(path)).status, 404);
      assert.equal((await latest())?.eventType, 'person.added');
    });

    it('answer every link that is none alike', async () => {
      const path = await inviteBy(owner, 'gone@example.com');
      await owner.get(at('people'));
      const sid = /invitations\/(IV\w+)\/withdraw/.exec((await owner.get(at('people'))).text)?.[1];
      assert.ok(sid);
      const withdrawn = await owner.submit(at(`people/invitations/${sid}/withdraw`), { Sid: sid });
      assert.equal(withdrawn.status, 303);
      const answers = new Set<string>();
      for (const link of [
        path,
        '/join/nothing',
        `/join/${'x'.repeat(43)}`,
        '/reset-password/none',
      ]) {
        const { status, text } = await visit(server).get(link);
        answers.add(`${status} ${text.replace(/RQ\w+/, '')}`);
      }
      assert.equal(answers.size, 1);
    });

    it('ask whoever signs in here already for the password that they have', async () => {
      const user = await person('owner', [server.customer.accountSid]);
      const path = await inviteBy(owner, user.email, 'owner');
      const visitor = visit(server);
      await visitor.get(path);
      const wrong = await visitor.submit(path, { password: 'not the right battery' });
      assert.equal(wrong.status, 401);
      assert.ok(present(await findUserByEmail(server.context.database.query, user.email)));
      const planted = 'planted-by-somebody';
      visitor.cookies.set('connect_apps_session', planted);
      await visitor.get(path);
      const joined = await visitor.submit(path, { password: PASSWORD });
      assert.equal(joined.status, 303);
      assert.notEqual(visitor.cookies.get('connect_apps_session'), planted);
    });

    it('let the person themselves join with one button, and nobody else who is signed in', async () => {
      const user = await person('owner', []);
      const path = await inviteBy(owner, user.email);
      const other = await signedIn(await person('owner', []));
      assert.match((await other.get(path)).text, /for somebody else/);
      const refused = await other.submit(path, { password: PASSWORD });
      assert.equal(refused.status, 404);
      const themselves = await signedIn(user);
      await themselves.get(path);
      assert.equal((await themselves.submit(path, {})).status, 303);
      assert.equal((await themselves.get(at('overview'))).status, 200);
    });

    it('take no form of a link without its token, or from another site', async () => {
      const path = await inviteBy(owner, 'csrf@example.com');
      const visitor = visit(server);
      await visitor.get(path);
      const bare = { password: PASSWORD, _csrf: undefined };
      assert.equal((await visitor.submit(path, bare)).status, 403);
      const evil = { origin: 'https://evil.example.com' };
      await visitor.get(path);
      assert.equal((await visitor.submit(path, { password: PASSWORD }, evil)).status, 403);
      assert.equal(
        await findUserByEmail(server.context.database.query, 'csrf@example.com'),
        undefined,
      );
    });

    it('reset a password by a link, and lead on to the sign-in page', async () => {
      const user = await person('member');
      const open = await signedIn(user);
      await owner.get(at(`people/${user.sid}/reset-password`));
      const { text } = await owner.submit(at(`people/${user.sid}/reset-password`), {});
      const path = new URL(/value="(http[^"]*\/reset-password\/[^"]*)"/.exec(text)?.[1] ?? '')
        .pathname;
      const visitor = visit(server);
      await visitor.get(path);
      assert.equal((await visitor.submit(path, { password: 'short' })).status, 400);
      const done = await visitor.submit(path, { password: 'another horse battery' });
      assert.equal(done.status, 200);
      assert.match(done.text, /Your password is set/);
      assert.match((await open.get(at('overview'))).text, /<h1>Sign in<\/h1>/);
      assert.equal((await visitor.get(path)).status, 404);
      assert.equal((await visitor.signIn(user.email, 'another horse battery')).status, 303);
    });

    it('disable, enable, change the role of and remove a person', async () => {
      const user = await person('member');
      const open = await signedIn(user);
      const there = at(`people/${user.sid}`);
      for (const [name, fields, eventType] of [
        ['role', { role: 'owner' }, 'person.role-changed'],
        ['disable', {}, 'person.disabled'],
        ['enable', {}, 'person.enabled'],
        ['remove', {}, 'person.removed'],
      ] as const) {
        assert.equal((await owner.get(`${there}/${name}`)).status, 200);
        assert.equal((await owner.submit(`${there}/${name}`, fields)).status, 303, name);
        const event = await latest();
        assert.deepEqual(
          [event?.eventType, event?.resourceSid, event?.actorSid, event?.sourceIpAddress],
          [eventType, user.sid, ownerSid, '127.0.0.1'],
        );
      }
      assert.match((await open.get(at('overview'))).text, /<h1>Sign in<\/h1>/);
      assert.equal((await owner.get(there)).status, 404);
    });

    it('say why the only owner stays', async () => {
      const { accountSid: alone } = await server.createAccount();
      const user = await person('owner', [alone]);
      const visitor = await signedIn(user);
      const path = `/console/${alone}/people/${user.sid}/remove`;
      await visitor.get(path);
      const { status, text } = await visitor.submit(path, {});
      assert.equal(status, 400);
      assert.match(text, /This is the only owner of the account/);
      assert.equal((await visitor.get(path)).status, 200);
    });

    it('are no longer there for who was disabled, at once', async () => {
      const user = await person('member');
      const visitor = await signedIn(user);
      assert.equal((await visitor.get(at('people'))).status, 200);
      const key = { accountSid, userSid: user.sid };
      await disablePerson(server.context, key);
      const again = await signedIn(user);
      assert.equal((await again.get(at('people'))).status, 404);
    });

    it('heed a role that changes while the page is open', async () => {
      const user = await person('owner');
      const visitor = await signedIn(user);
      const path = at(`people/${ownerSid}/disable`);
      await visitor.get(path);
      await changeRole(server.context, { accountSid, userSid: user.sid }, 'member');
      assert.equal((await visitor.submit(path, {})).status, 403);
    });

    it('are those of the parent for a subaccount', async () => {
      const { accountSid: sub } = await server.createAccount({ owner: accountSid });
      for (const name of ['people', 'audit']) {
        const { status, headers } = await owner.get(`/console/${sub}/${name}`);
        assert.deepEqual([status, headers.location], [302, at(name)]);
      }
    });

    it('change one’s own password, which asks for the old one and ends other sessions', async () => {
      const user = await person('owner');
      const [visitor, other] = [await signedIn(user), await signedIn(user)];
      await visitor.get('/console/me');
      const old = visitor.cookies.get('connect_apps_session');
      const wrong = await visitor.submit('/console/me', {
        CurrentPassword: 'not the right battery',
        Password: 'another horse battery',
      });
      assert.equal(wrong.status, 400);
      assert.match(wrong.text, /This is wrong/);
      const short = await visitor.submit('/console/me', {
        CurrentPassword: PASSWORD,
        Password: 'x',
      });
      assert.match(short.text, /at least 12 characters/);
      const form = { CurrentPassword: PASSWORD, Password: 'another horse battery' };
      const done = await visitor.submit('/console/me', form);
      assert.equal(done.status, 303);
      assert.notEqual(visitor.cookies.get('connect_apps_session'), old);
      assert.match((await visitor.get('/console/me')).text, /Your sign-in/);
      assert.match((await other.get('/console/me')).text, /<h1>Sign in<\/h1>/);
    });

    it('sign out of one session, of none of somebody else’s, and of all', async () => {
      const user = await person('owner');
      const [visitor, other] = [await signedIn(user), await signedIn(user)];
      const foreign = await signedIn(await person('owner'));
      const { text } = await foreign.get('/console/me');
      assert.doesNotMatch(text, /name="session"/);
      const shown = await visitor.get('/console/me');
      const [, digest = ''] = /name="session" value="([^"]*)"/.exec(shown.text) ?? [];
      assert.notEqual(digest, '');
      await foreign.submit('/console/me/sessions/end', { session: digest });
      assert.match((await other.get('/console/me')).text, /Your sign-in/);
      await visitor.get('/console/me');
      await visitor.submit('/console/me/sessions/end', { session: digest });
      assert.match((await other.get('/console/me')).text, /<h1>Sign in<\/h1>/);
      await visitor.get('/console/me');
      const out = await visitor.submit('/console/me/sign-out-everywhere', {});
      assert.equal(out.headers.location, '/sign-in');
      assert.equal(visitor.cookies.get('connect_apps_session'), undefined);
    });

    it('keep the theme that was chosen, and no other', async () => {
      await owner.get('/console/me');
      assert.equal((await owner.submit('/console/me/theme', { theme: 'dark' })).status, 303);
      assert.match((await owner.get('/console/me')).text, /data-theme="dark"/);
      assert.equal((await owner.submit('/console/me/theme', { theme: '"><b>' })).status, 400);
    });

    it('show the trail, filtered by the URL, and as CSV', async () => {
      const app = (await server.createApps(accountSid, 1))[0] ?? '';
      await updateConnectApp(server.context, accountSid, app, { CompanyName: '=1+1' });
      const page = await owner.get(at(`audit?ResourceSid=${app}`));
      assert.match(page.text, /Changed a Connect App/);
      assert.match(page.text, /company_name/);
      assert.doesNotMatch(page.text, /=1\+1|Invited somebody <a/);
      const mine = await owner.get(at(`audit?Who=${ownerSid}`));
      assert.doesNotMatch(mine.text, /Created a Connect App <a/);
      assert.match((await owner.get(at('audit?Who=cli'))).text, /Nothing matches/);
      const wrong = await owner.get(at('audit?StartDate=yesterday&EventType=%3Cb%3E'));
      assert.equal(wrong.status, 200);
      assert.match(wrong.text, /must be a day/);
      const csv = await owner.get(at(`audit.csv?ResourceSid=${app}`));
      assert.match(csv.headers['content-type'] ?? '', /^text\/csv/);
      assert.match(csv.headers['content-disposition'] ?? '', /attachment/);
      const [head, ...rows] = parseCsv(csv.text);
      assert.equal(head?.[1], 'event_type');
      assert.deepEqual(
        rows.map((row) => row[1]),
        ['connect-app.updated', 'connect-app.created'],
      );
      const all = parseCsv((await owner.get(at('audit.csv'))).text);
      const events = await listingOfEvents(server.context, accountSid).slice(ALL);
      assert.equal(all.length, events.length + 1);
    });

    it('write nothing of a link, an address or a password into the log', async () => {
      const path = await inviteBy(owner, 'quiet@example.com');
      const visitor = visit(server);
      await visitor.get(path);
      await visitor.submit(path, { password: 'a very quiet battery' });
      const log = server.logs();
      for (const text of [path.slice(6), 'quiet@', 'a very quiet battery']) {
        assert.ok(!log.includes(text), text);
      }
    });
  });
}
