/** The people of an account: roles, links, and what happens when two act at once. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createAccount, updateAccount } from '../../src/accounts/operations.ts';
import { listingOfEvents } from '../../src/audit/operations.ts';
import { purge } from '../../src/server/maintenance.ts';
import {
  invite,
  joinAs,
  joinAsNewUser,
  joinSignedIn,
  listInvitations,
  openInvitation,
  withdrawInvitation,
} from '../../src/users/invitations.ts';
import { createUser, listAccountsOf, updateUser } from '../../src/users/operations.ts';
import { inviteToAny, setDisabled, setOperator } from '../../src/users/operators.ts';
import {
  createReset,
  createResetFor,
  getUserOfReset,
  resetPassword,
  setOwnPassword,
} from '../../src/users/password-change.ts';
import {
  changeRole,
  disablePerson,
  enablePerson,
  getPerson,
  listingOfPeople,
  removePerson,
} from '../../src/users/people.ts';
import { acceptIdentity } from '../../src/users/provider-sign-in.ts';
import {
  actingAsOperator,
  actingFor,
  actingForSelf,
  findSession,
} from '../../src/users/session.ts';
import { endOwnSession, endOwnSessions, listOwnSessions } from '../../src/users/session-list.ts';
import { findUserByEmail } from '../../src/users/store.ts';
import type { Role } from '../../src/users/user.ts';
import { present } from '../api/narrow.ts';
import { openContext, type TestContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import { startSession } from '../support/session.ts';

const PASSWORD = 'correct horse battery';
const ALL = { direction: 'older', from: undefined, limit: 100 } as const;
const DAY_MS = 24 * 60 * 60 * 1000;
const ADDRESS = '203.0.113.9';

for (const engine of DATABASES) {
  describe(`the people of an account on ${engine}`, () => {
    let world: TestContext;
    let accountSid: string;
    let made = 0;
    before(async () => {
      world = await openContext(engine);
    });
    after(() => world.close());

    async function fresh() {
      accountSid = (await world.createAccount()).accountSid;
    }
    async function person(role: Role = 'owner', accountSids = [accountSid]) {
      made += 1;
      const email = `person${made}@example.com`;
      const user = await createUser(world.context, {
        email,
        password: PASSWORD,
        accountSids,
        role,
      });
      return { ...user, key: { accountSid, userSid: user.sid } };
    }
    async function visitOf({ sid }: { sid: string }) {
      return { secret: await startSession(world.context, sid), address: ADDRESS };
    }
    async function rolesNow() {
      const people = await listingOfPeople(world.context, accountSid).slice(ALL);
      return people.map(({ role, disabledAt }) => (disabledAt === null ? role : 'disabled')).sort();
    }
    const refused = { problem: 'parameter_invalid' };

    it('has at least one owner who may act, whatever is tried', async () => {
      await fresh();
      const { context } = world;
      const only = await person();
      await assert.rejects(removePerson(context, only.key), refused);
      await assert.rejects(disablePerson(context, only.key), refused);
      await assert.rejects(changeRole(context, only.key, 'member'), refused);
      const second = await person();
      await disablePerson(context, second.key);
      await assert.rejects(removePerson(context, only.key), refused);
      await enablePerson(context, second.key);
      await removePerson(context, only.key);
      assert.deepEqual(await rolesNow(), ['owner']);
      await assert.rejects(getPerson(context, accountSid, only.sid), { problem: 'not_found' });
    });

    it('keeps one owner when two owners remove each other at once', async () => {
      for (let round = 0; round < 3; round += 1) {
        await fresh();
        const [one, other] = [await person(), await person()];
        const visits = [await visitOf(one), await visitOf(other)];
        const results = await Promise.allSettled([
          removePerson(
            actingFor(world.context, visits[0] ?? assert.fail(), accountSid, 'owner'),
            other.key,
          ),
          removePerson(
            actingFor(world.context, visits[1] ?? assert.fail(), accountSid, 'owner'),
            one.key,
          ),
        ]);
        assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
        assert.deepEqual(await rolesNow(), ['owner']);
      }
    });

    it('keeps one owner when two are removed at once', async () => {
      await fresh();
      const [one, other] = [await person(), await person()];
      const results = await Promise.allSettled([
        removePerson(world.context, one.key),
        removePerson(world.context, other.key),
      ]);
      assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
      assert.deepEqual(await rolesNow(), ['owner']);
    });

    it('lets a member work, and not do what is an owner’s', async () => {
      await fresh();
      await person();
      const member = await person('member');
      const visit = await visitOf(member);
      const { context } = world;
      await updateAccount(actingFor(context, visit, accountSid), accountSid, {
        FriendlyName: 'By a member',
      });
      const asOwner = actingFor(context, visit, accountSid, 'owner');
      for (const wish of [
        () => removePerson(asOwner, member.key),
        () => invite(asOwner, accountSid, { email: 'x@example.com', role: 'owner' }),
        () => changeRole(asOwner, member.key, 'owner'),
      ]) {
        await assert.rejects(wish(), { problem: 'access_denied' });
      }
      await changeRole(context, member.key, 'owner');
      await changeRole(asOwner, member.key, 'member');
      assert.deepEqual(await rolesNow(), ['member', 'owner']);
    });

    it('ends the open sessions of who is disabled or removed, and what they are doing', async () => {
      await fresh();
      const { context } = world;
      await person();
      for (const end of [disablePerson, removePerson] as const) {
        const one = await person('member');
        const visit = await visitOf(one);
        const acting = actingFor(context, visit, accountSid);
        await end(context, one.key);
        assert.equal(await findSession(context, visit.secret), undefined);
        await assert.rejects(updateAccount(acting, accountSid, { FriendlyName: 'Late' }), {
          problem: 'form_rejected',
        });
        // A new session does not help.
        const again = actingFor(context, await visitOf(one), accountSid);
        await assert.rejects(updateAccount(again, accountSid, { FriendlyName: 'Later' }), {
          problem: 'form_rejected',
        });
        assert.deepEqual(await listAccountsOf(context, one.sid), []);
      }
    });

    it('is joined once by an invitation, by a new person', async () => {
      await fresh();
      const { context } = world;
      const owner = await person();
      const acting = actingFor(context, await visitOf(owner), accountSid, 'owner');
      const { secret, invitation } = await invite(acting, accountSid, {
        email: ' New.Person@Example.com ',
        role: 'member',
      });
      assert.equal(invitation.email, 'new.person@example.com');
      assert.equal((await openInvitation(context, secret)).invitation.sid, invitation.sid);
      assert.equal((await listInvitations(context, accountSid)).length, 1);
      const who = { secret, address: ADDRESS };
      await assert.rejects(joinAsNewUser(context, { ...who, password: 'short' }), refused);
      const user = await joinAsNewUser(context, { ...who, password: PASSWORD });
      assert.equal((await getPerson(context, accountSid, user.sid)).role, 'member');
      assert.deepEqual(await listInvitations(context, accountSid), []);
      await assert.rejects(openInvitation(context, secret), { problem: 'not_found' });
      await assert.rejects(joinAsNewUser(context, { ...who, password: PASSWORD }), {
        problem: 'not_found',
      });
      const [added] = await listingOfEvents(context, accountSid).slice(ALL);
      assert.deepEqual(
        [added?.eventType, added?.actorSid, added?.sourceIpAddress, added?.relatedSid],
        ['person.added', user.sid, ADDRESS, invitation.sid],
      );
    });

    it('is joined once when two open the same link at once', async () => {
      await fresh();
      const { context } = world;
      const email = `race-${accountSid.toLowerCase()}@example.com`;
      const { secret } = await invite(context, accountSid, { email, role: 'owner' });
      const who = { secret, address: ADDRESS };
      const results = await Promise.allSettled([
        joinAsNewUser(context, { ...who, password: PASSWORD }),
        joinAsNewUser(context, { ...who, password: 'another horse battery' }),
      ]);
      const joined = results.filter((one) => one.status === 'fulfilled');
      assert.equal(joined.length, 1);
      const user = present(await findUserByEmail(context.database.query, email));
      assert.equal(joined[0]?.value.sid, user.sid);
      assert.equal(joined[0]?.value.passwordHash, user.passwordHash);
      assert.deepEqual(await rolesNow(), ['owner']);
    });

    it('is joined by nobody but whom the invitation is for', async () => {
      await fresh();
      const { context } = world;
      const invited = await person('owner', []);
      const other = await person('owner', []);
      const { secret } = await invite(context, accountSid, { email: invited.email, role: 'owner' });
      const storedOther = present(await findUserByEmail(context.database.query, other.email));
      const gone = { problem: 'not_found' };
      await assert.rejects(joinSignedIn(context, await visitOf(other), secret), gone);
      await assert.rejects(joinAs(context, storedOther, { secret, address: ADDRESS }), gone);
      await assert.rejects(joinSignedIn(context, { secret: 'x', address: ADDRESS }, secret), {
        problem: 'form_rejected',
      });
      await joinSignedIn(context, await visitOf(invited), secret);
      assert.deepEqual(await rolesNow(), ['owner']);
    });

    it('is not joined by an invitation that was withdrawn, has expired, or is somebody else’s to withdraw', async () => {
      await fresh();
      const { context } = world;
      const email = 'nobody@example.com';
      const one = await invite(context, accountSid, { email, role: 'owner' });
      const stranger = (await world.createAccount()).accountSid;
      await withdrawInvitation(context, stranger, one.invitation.sid);
      await openInvitation(context, one.secret);
      await withdrawInvitation(context, accountSid, one.invitation.sid);
      const other = await invite(context, accountSid, { email, role: 'owner' });
      world.passMs(7 * DAY_MS + 1000);
      for (const { secret } of [one, other]) {
        await assert.rejects(openInvitation(context, secret), { problem: 'not_found' });
        await assert.rejects(
          joinAsNewUser(context, { secret, password: PASSWORD, address: ADDRESS }),
          {
            problem: 'not_found',
          },
        );
      }
      await purge(context);
      const left = await context.database.query
        .selectFrom('invitations')
        .select('sid')
        .where('account_sid', '=', accountSid)
        .execute();
      assert.deepEqual(left, []);
    });

    it('stores no secret of a link', async () => {
      await fresh();
      const { context } = world;
      const owner = await person();
      const { secret } = await invite(context, accountSid, {
        email: 'y@example.com',
        role: 'owner',
      });
      const reset = await createReset(context, owner.email);
      const rows = [
        ...(await context.database.query.selectFrom('invitations').selectAll().execute()),
        ...(await context.database.query.selectFrom('password_resets').selectAll().execute()),
      ];
      assert.ok(rows.length >= 2);
      for (const text of [secret, reset]) assert.ok(!JSON.stringify(rows).includes(text));
    });

    it('reset a password by a link, once, and are signed out everywhere', async () => {
      await fresh();
      const { context } = world;
      const one = await person();
      const visit = await visitOf(one);
      const first = await createReset(context, one.email);
      const secret = await createResetFor(context, accountSid, one.sid);
      const gone = { problem: 'not_found' };
      await assert.rejects(getUserOfReset(context, first), gone, 'the newer link is the only one');
      assert.equal((await getUserOfReset(context, secret)).email, one.email);
      const given = { secret, password: 'another horse battery', address: ADDRESS };
      await assert.rejects(resetPassword(context, { ...given, password: 'short' }), refused);
      const results = await Promise.allSettled([
        resetPassword(context, given),
        resetPassword(context, { ...given, password: 'a third horse battery' }),
      ]);
      assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
      assert.equal(await findSession(context, visit.secret), undefined);
      await assert.rejects(resetPassword(context, given), gone);
      const late = await createReset(context, one.email);
      world.passMs(7 * DAY_MS + 1000);
      await assert.rejects(getUserOfReset(context, late), gone);
    });

    it('are reset by no owner of one account when they belong to another, too', async () => {
      await fresh();
      const { context } = world;
      const elsewhere = (await world.createAccount()).accountSid;
      const both = await person('member', [accountSid, elsewhere]);
      const stranger = await person('owner', [elsewhere]);
      await assert.rejects(createResetFor(context, accountSid, both.sid), {
        problem: 'access_denied',
      });
      await assert.rejects(createResetFor(context, accountSid, stranger.sid), {
        problem: 'not_found',
      });
    });

    it('are given no password by an owner when they sign in with a provider', async () => {
      await fresh();
      const { context } = world;
      const { user } = await acceptIdentity(context, {
        issuer: 'https://login.example.com',
        subject: accountSid,
        email: undefined,
        accountSids: [accountSid],
        isOperator: undefined,
      });
      await assert.rejects(createResetFor(context, accountSid, user.sid), {
        problem: 'access_denied',
      });
    });

    it('is joined by no invitation of somebody who may no longer invite', async () => {
      for (const end of [
        (key: { accountSid: string; userSid: string }) => removePerson(world.context, key),
        (key: { accountSid: string; userSid: string }) => disablePerson(world.context, key),
        (key: { accountSid: string; userSid: string }) => changeRole(world.context, key, 'member'),
        ({ userSid }: { userSid: string }) => setDisabled(world.context, userSid, true),
      ]) {
        await fresh();
        const [inviter] = [await person(), await person()];
        const guest = await person('member', [(await world.createAccount()).accountSid]);
        const acting = actingFor(world.context, await visitOf(inviter), accountSid, 'owner');
        const { secret } = await invite(acting, accountSid, { email: guest.email, role: 'owner' });
        await openInvitation(world.context, secret);
        assert.equal((await listInvitations(world.context, accountSid)).length, 1);
        await end(inviter.key);
        assert.deepEqual(await listInvitations(world.context, accountSid), []);
        const gone = { problem: 'not_found' };
        await assert.rejects(openInvitation(world.context, secret), gone);
        await assert.rejects(joinSignedIn(world.context, await visitOf(guest), secret), gone);
        assert.equal((await rolesNow()).length < 3, true);
      }
    });

    it('is joined by an invitation of an operator, for as long as they are one', async () => {
      await fresh();
      const { context } = world;
      const operator = await person('member', [(await world.createAccount()).accountSid]);
      await setOperator(context, operator.email, true);
      const acting = actingAsOperator(context, await visitOf(operator));
      const given = { accountSid, email: 'guest@example.com', role: 'owner' } as const;
      const [one, other] = [await inviteToAny(acting, given), await inviteToAny(acting, given)];
      await joinAsNewUser(context, { secret: one.secret, password: PASSWORD, address: ADDRESS });
      assert.deepEqual(await rolesNow(), ['owner']);
      await setOperator(context, operator.email, false);
      await assert.rejects(openInvitation(context, other.secret), { problem: 'not_found' });
    });

    it('ends with its account, and is made for no subaccount', async () => {
      await fresh();
      const { context } = world;
      const given = { email: 'guest@example.com', role: 'owner' } as const;
      const child = await createAccount(context, { ownerAccountSid: accountSid });
      await assert.rejects(invite(context, child.sid, given), refused);
      const { secret } = await invite(context, accountSid, given);
      await updateAccount(context, accountSid, { Status: 'closed' });
      await assert.rejects(openInvitation(context, secret), { problem: 'not_found' });
      assert.deepEqual(await listInvitations(context, accountSid), []);
    });

    it('lets no disabled person join, nor with a password that has changed', async () => {
      await fresh();
      const { context } = world;
      const guest = await person('member', [(await world.createAccount()).accountSid]);
      const stored = present(await findUserByEmail(context.database.query, guest.email));
      const { secret } = await invite(context, accountSid, { email: guest.email, role: 'member' });
      await setDisabled(context, guest.sid, true);
      const rejected = { problem: 'form_rejected' };
      await assert.rejects(joinAs(context, stored, { secret, address: ADDRESS }), rejected);
      await setDisabled(context, guest.sid, false);
      await setOwnPassword(context, guest.sid, 'another password of theirs');
      await assert.rejects(joinAs(context, stored, { secret, address: ADDRESS }), rejected);
      assert.deepEqual(await rolesNow(), []);
    });

    it('are reset by no link from before they joined another account or became operator', async () => {
      const { context } = world;
      for (const gain of [
        async (email: string) => {
          const other = (await world.createAccount()).accountSid;
          await updateUser(context, email, { add: [other], remove: [] });
        },
        (email: string) => setOperator(context, email, true),
      ]) {
        await fresh();
        const target = await person('member');
        const secret = await createResetFor(context, accountSid, target.sid);
        await getUserOfReset(context, secret);
        await gain(target.email);
        await assert.rejects(
          resetPassword(context, { secret, password: 'taken over by somebody', address: ADDRESS }),
          { problem: 'not_found' },
        );
      }
    });

    it('change their own password, and end sessions of their own alone', async () => {
      await fresh();
      const { context } = world;
      const [one, other] = [await person(), await person()];
      const visits = [await visitOf(one), await visitOf(one)];
      const foreign = await visitOf(other);
      const [mine, another] = visits;
      assert.ok(mine && another);
      const acting = actingForSelf(context, mine);
      const sessions = await listOwnSessions(context, one.sid);
      assert.equal(sessions.length, 2);
      const [theirs] = await listOwnSessions(context, other.sid);
      await endOwnSession(acting, one.sid, theirs?.digest ?? '');
      assert.ok(await findSession(context, foreign.secret));
      const ended = present(await findSession(context, another.secret));
      await endOwnSession(acting, one.sid, ended.digest);
      assert.equal(await findSession(context, another.secret), undefined);
      await endOwnSessions(acting, one.sid);
      assert.equal(await findSession(context, mine.secret), undefined);
      // What a session began, its end stops.
      await assert.rejects(setOwnPassword(acting, one.sid, 'another horse battery'), {
        problem: 'form_rejected',
      });
      assert.ok(present(await findUserByEmail(context.database.query, one.email)).lastSignInAt);
    });
  });
}
