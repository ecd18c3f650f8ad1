/**
 * Floods of guesses against sign-in, from one network and from many: people with the right password get in,
 * and what was not checked is no guess.
 */

import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { PASSWORD_COST } from '../../src/password-cost.ts';
import { setPassword } from '../../src/users/password-change.ts';
import { DATABASES } from '../support/databases.ts';
import { type Reply, startServer, type TestServer } from '../support/server.ts';
import { type Visitor, visit } from '../support/visitor.ts';

const EMAIL = 'customer@example.com';
const PASSWORD = 'connect-apps-demo';
/** More than may wait for the check of a password. */
const GUESSES = 100;

/** Tries again while the whole server is too busy, as a person does: that is another matter. */
async function patiently(ask: () => Promise<Reply>): Promise<Reply> {
  for (let tries = 1; ; tries += 1) {
    const reply = await ask();
    if (reply.status !== 503 || !reply.text.includes('The server is busy')) return reply;
    assert.ok(tries < 60, 'the server stays too busy');
    await setTimeout(250);
  }
}

for (const engine of DATABASES) {
  describe(`a flood of guesses on ${engine}`, () => {
    let server: TestServer;
    let networks = 0;
    before(async () => {
      server = await startServer({
        engine,
        settings: { TRUST_PROXY: '127.0.0.0/8' },
        passwordCost: PASSWORD_COST,
      });
      // One whose check costs what that of any user costs.
      await setPassword(server.context, EMAIL, PASSWORD);
    });
    after(() => server.close());

    const newAddress = () => {
      networks += 1;
      return `203.${networks >> 16}.${(networks >> 8) & 255}.${networks & 255}`;
    };

    /** Guesses, each from the address that `addressOf` names; `end` hangs up on those under way. */
    async function flood(count: number, addressOf: (index: number) => string, email = EMAIL) {
      const visitor = visit(server, { isPatient: false });
      const { text } = await patiently(() => visitor.get('/sign-in'));
      const [, token = ''] = /name="_csrf" value="([^"]+)"/.exec(text) ?? [];
      const cookie = [...visitor.cookies].map((pair) => pair.join('=')).join('; ');
      const form = { _csrf: token, email, password: 'a wrong guess at it' };
      const agent = new Agent();
      const guesses: Promise<number>[] = [];
      for (let index = 0; index < count; index += 1) {
        const headers = { cookie, 'x-forwarded-for': addressOf(index) };
        const reply = server.request('POST', '/sign-in', {
          form,
          headers,
          agent,
          isPatient: false,
        });
        guesses.push(
          reply.then(
            ({ status }) => status,
            () => 0,
          ),
        );
        // The server shares this thread: it must come to take them up.
        await new Promise(setImmediate);
      }
      return {
        statuses: Promise.all(guesses),
        async end() {
          agent.destroy();
          const statuses = await Promise.all(guesses);
          // Until the server has seen it, too.
          await setTimeout(200);
          return statuses;
        },
      };
    }

    async function signIn(visitor: Visitor, from: string, email = EMAIL): Promise<Reply> {
      return patiently(async () => {
        const form = await visitor.get('/sign-in');
        if (form.status !== 200) return form;
        const fields = { email, password: PASSWORD };
        return visitor.submit('/sign-in', fields, { 'x-forwarded-for': from });
      });
    }

    /** Somebody who has signed in here before, and out again. */
    async function returning(): Promise<Visitor> {
      const visitor = visit(server, { isPatient: false });
      assert.equal((await signIn(visitor, newAddress())).status, 303);
      await visitor.get('/console');
      await visitor.submit('/sign-out', {});
      return visitor;
    }

    it('from everywhere does not keep out a browser that has signed in before', async () => {
      const visitor = await returning();
      const { end } = await flood(GUESSES, newAddress);
      assert.equal((await signIn(visitor, newAddress())).status, 303);
      assert.ok((await end()).includes(503), 'there was more than could be checked');
    });

    it('from the same network does not keep it out either', async () => {
      const visitor = await returning();
      const office = newAddress();
      const { statuses } = await flood(8, () => office);
      assert.equal((await signIn(visitor, office)).status, 303);
      assert.ok((await statuses).includes(429));
      assert.equal((await signIn(visitor, office)).status, 303, 'nor afterwards');
    });

    it('from one network keeps out nobody in another', async () => {
      const { end } = await flood(GUESSES, (index) => `2001:db8:1:${index.toString(16)}::1`);
      assert.equal((await signIn(visit(server, { isPatient: false }), newAddress())).status, 303);
      await end();
    });

    it('uses up no try of somebody whose password was not checked', async () => {
      const home = newAddress();
      const replies: Reply[] = [];
      for (let round = 0; round < 8; round += 1) {
        const { end } = await flood(GUESSES, newAddress);
        const trying = signIn(visit(server, { isPatient: false }), home);
        // When it has got a turn after all, those before it need not all be waited for.
        await Promise.race([trying, setTimeout(500)]);
        await end();
        replies.push(await trying);
      }
      const refused = replies.filter(({ status }) => status !== 303);
      assert.ok(refused.length > 0);
      for (const { status, text, headers } of refused) {
        assert.equal(status, 503, 'neither a wrong password nor too many tries');
        assert.match(text, /Your password was not checked/);
        assert.ok(text.includes(`value="${EMAIL}"`), 'what was typed is kept');
        assert.ok(!text.includes(PASSWORD), 'but the password');
        assert.match(headers['retry-after'] ?? '', /^\d+$/);
      }
      assert.equal((await signIn(visit(server, { isPatient: false }), home)).status, 303);
    });

    it('evades no limit with spaces and case around the address', async () => {
      const from = newAddress();
      const visitor = visit(server, { isPatient: false });
      const statuses: number[] = [];
      for (const email of [
        EMAIL,
        ` ${EMAIL}`,
        `${EMAIL}\u00a0`,
        `\u2003${EMAIL}\t`,
        EMAIL.toUpperCase(),
        `\ufeff${EMAIL}`,
        `\u3000Customer@Example.com `,
      ]) {
        await patiently(() => visitor.get('/sign-in'));
        const fields = { email, password: 'a wrong guess at it' };
        const headers = { 'x-forwarded-for': from };
        statuses.push((await visitor.submit('/sign-in', fields, headers)).status);
      }
      assert.deepEqual(statuses, [401, 401, 401, 401, 401, 429, 429]);
      const spaced = await signIn(
        visit(server, { isPatient: false }),
        newAddress(),
        `\u00a0${EMAIL.toUpperCase()} `,
      );
      assert.equal(spaced.status, 303, 'all of them mean the same person');
    });

    it('gets nothing from a mark that is forged, foreign or old', async () => {
      const visitor = await returning();
      const name = 'connect_apps_known_browser';
      const mark = visitor.cookies.get(name) ?? '';
      assert.match(mark, /^\d+\.[0-9a-f]{64}$/);
      const from = newAddress();
      const { statuses } = await flood(6, () => from, 'developer@example.com');
      await statuses;
      const [issuedAt = '', signature = ''] = mark.split('.');
      for (const forged of [
        mark,
        `${Number(issuedAt) + 1}.${signature}`,
        `${issuedAt}.${'0'.repeat(64)}`,
        `${issuedAt}.${signature.slice(0, 24)}`,
        `-1.${signature}`,
        signature,
        '',
      ]) {
        const stranger = visit(server, { isPatient: false });
        stranger.cookies.set(name, forged);
        assert.equal((await signIn(stranger, from, 'developer@example.com')).status, 429, forged);
      }
    });
  });
}
