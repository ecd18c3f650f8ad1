/** Lists: the envelope, walking in both directions, tokens, and every value that is out of bounds. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DATABASES } from '../support/databases.ts';
import { type Credentials, startServer, type TestServer } from '../support/server.ts';
import { checkProblem } from './check-problem.ts';
import { objectOf, present, stringOf } from './narrow.ts';
import { type Page, readPage } from './page.ts';
import { accountsPath, connectAppPath, connectAppsPath } from './paths.ts';

for (const engine of DATABASES) {
  describe(`paging on ${engine}`, () => {
    let server: TestServer;
    /** An account with 25 apps, newest first as the list has them. It is never changed. */
    let owner: Credentials;
    let newestFirst: string[];
    let list: string;

    before(async () => {
      server = await startServer({ engine, settings: { ALLOW_CONNECT_APP_DELETE: 'true' } });
      owner = await server.createAccount({});
      newestFirst = (await server.createApps(owner.accountSid, 25)).toReversed();
      list = connectAppsPath(owner.accountSid);
    });
    after(() => server.close());

    function ask(path: string, auth = owner) {
      return server.request('GET', path, { auth });
    }

    async function pageAt(path: string, auth = owner): Promise<Page> {
      return readPage(await ask(path, auth), 'connect_apps');
    }

    /** The token of a link of a page. */
    function tokenOf(link: string | null): string {
      const url = new URL(present(link ?? undefined), 'http://localhost');
      return present(url.searchParams.get('PageToken') ?? undefined);
    }

    function deleteApp(sid: string, auth: Credentials) {
      return server.request('DELETE', connectAppPath(auth.accountSid, sid), { auth });
    }

    it('answers the documented envelope for one full list', async () => {
      const reply = await ask(list);
      const { connect_apps: apps, ...envelope } = objectOf(reply.json);
      assert.ok(Array.isArray(apps));
      assert.equal(apps.length, 25);
      assert.deepEqual(envelope, {
        end: 24,
        first_page_uri: `${list}?Page=0&PageSize=50`,
        next_page_uri: null,
        page: 0,
        page_size: 50,
        previous_page_uri: null,
        start: 0,
        uri: `${list}?Page=0&PageSize=50`,
      });
    });

    it('answers the documented envelope for an empty list', async () => {
      const nobody = await server.createAccount({});
      const path = connectAppsPath(nobody.accountSid);
      assert.deepEqual((await ask(path, nobody)).json, {
        connect_apps: [],
        end: 0,
        first_page_uri: `${path}?Page=0&PageSize=50`,
        next_page_uri: null,
        page: 0,
        page_size: 50,
        previous_page_uri: null,
        start: 0,
        uri: `${path}?Page=0&PageSize=50`,
      });
    });

    it('lists newest first', async () => {
      assert.deepEqual((await pageAt(list)).sids, newestFirst);
    });

    it('walks 25 apps by pages of 10, forth and back', async () => {
      const first = await pageAt(`${list}?PageSize=10`);
      const second = await pageAt(present(first.next ?? undefined));
      const third = await pageAt(present(second.next ?? undefined));
      assert.deepEqual([...first.sids, ...second.sids, ...third.sids], newestFirst);
      const positions = [first, second, third].map(({ page, start, end }) => [page, start, end]);
      assert.deepEqual(positions, [
        [0, 0, 9],
        [1, 10, 19],
        [2, 20, 24],
      ]);
      assert.equal(first.previous, null);
      assert.equal(third.next, null);
      for (const page of [first, second, third]) {
        assert.equal(page.pageSize, 10);
        assert.equal(page.first, `${list}?Page=0&PageSize=10`);
      }
      const backToSecond = await pageAt(present(third.previous ?? undefined));
      assert.deepEqual(backToSecond.sids, second.sids);
      assert.deepEqual([backToSecond.page, backToSecond.start, backToSecond.end], [1, 10, 19]);
      const backToFirst = await pageAt(present(backToSecond.previous ?? undefined));
      assert.deepEqual(backToFirst.sids, first.sids);
      assert.deepEqual([backToFirst.page, backToFirst.start, backToFirst.end], [0, 0, 9]);
      assert.equal(backToFirst.previous, null);
      const forthAgain = await pageAt(present(backToFirst.next ?? undefined));
      assert.deepEqual(forthAgain.sids, second.sids);
    });

    it('carries PageSize, Page and PageToken in its links, relative to the root', async () => {
      const { next } = await pageAt(`${list}?PageSize=10`);
      const url = new URL(present(next ?? undefined), 'http://localhost');
      assert.equal(url.pathname, list);
      assert.deepEqual([...url.searchParams.keys()].sort(), ['Page', 'PageSize', 'PageToken']);
      assert.equal(url.searchParams.get('PageSize'), '10');
      assert.equal(url.searchParams.get('Page'), '1');
      const second = await pageAt(present(next ?? undefined));
      const itself = await pageAt(second.uri);
      assert.deepEqual(itself, second);
    });

    it('ends exactly where the list ends', async () => {
      const five = [0, 1, 2, 3, 4].map((page) => `${list}?PageSize=5&Page=${page}`);
      const last = await pageAt(present(five[4]));
      assert.deepEqual(last.sids, newestFirst.slice(20));
      assert.equal(last.next, null);
      assert.equal((await pageAt(`${list}?PageSize=25`)).next, null);
    });

    it('neither repeats nor skips when apps are added while a client pages', async () => {
      const auth = await server.createAccount({});
      const created = await server.createApps(auth.accountSid, 6);
      const path = connectAppsPath(auth.accountSid);
      const seen: string[] = [];
      let next: string | null = `${path}?PageSize=2`;
      while (next !== null) {
        const page: Page = await pageAt(next, auth);
        seen.push(...page.sids);
        next = page.next;
        await server.createApps(auth.accountSid, 3);
      }
      assert.deepEqual(seen, created.toReversed());
    });

    it('goes on from a token whose app was deleted', async () => {
      const auth = await server.createAccount({});
      const created = (await server.createApps(auth.accountSid, 6)).toReversed();
      const first = await pageAt(`${connectAppsPath(auth.accountSid)}?PageSize=2`, auth);
      const second = await pageAt(present(first.next ?? undefined), auth);
      for (const sid of [...first.sids, ...second.sids]) {
        assert.equal((await deleteApp(sid, auth)).status, 204);
      }
      const third = await pageAt(present(second.next ?? undefined), auth);
      assert.deepEqual(third.sids, created.slice(4));
      const rest = await pageAt(present(first.next ?? undefined), auth);
      assert.deepEqual(rest.sids, created.slice(4));
      const back = await pageAt(present(second.previous ?? undefined), auth);
      assert.deepEqual(back.sids, []);
    });

    it('refuses a token of another account and of another list', async () => {
      const stranger = await server.createAccount({});
      await server.createApps(stranger.accountSid, 5);
      await server.createAccount({ owner: stranger.accountSid });
      const foreign = await pageAt(`${connectAppsPath(stranger.accountSid)}?PageSize=2`, stranger);
      const accounts = await ask(`${accountsPath()}?PageSize=1`, stranger);
      const tokens = [tokenOf(foreign.next), tokenOf(readPage(accounts, 'accounts').next)];
      for (const token of tokens) {
        const reply = await ask(`${list}?PageSize=2&Page=1&PageToken=${token}`);
        checkProblem(reply, { status: 400, code: 21481, message: 'Invalid PageToken' });
      }
      const [own = ''] = tokens;
      const wrongList = await ask(`${accountsPath()}?PageSize=1&PageToken=${own}`, stranger);
      checkProblem(wrongList, { status: 400, code: 21481 });
    });

    it('refuses a token that is malformed', async () => {
      const token = tokenOf((await pageAt(`${list}?PageSize=10`)).next);
      const middle = Math.floor(token.length / 2);
      const changed = token[middle] === '0' ? '1' : '0';
      const malformed = [
        'x',
        'PA',
        `PA${newestFirst[0]}`,
        `${token}x`,
        `x${token}`,
        token.slice(0, -1),
        token.slice(0, middle) + changed + token.slice(middle + 1),
        token.toUpperCase() === token ? token.toLowerCase() : token.toUpperCase(),
        'A'.repeat(5000),
        '%00',
        '%F0%9F%92%A9',
        "'%20OR%201=1",
      ];
      for (const text of malformed) {
        const reply = await ask(`${list}?PageSize=10&Page=1&PageToken=${text}`);
        checkProblem(reply, { status: 400, code: 21481, message: 'Invalid PageToken' });
      }
    });

    it('takes Page without a token as the n-th page', async () => {
      for (const page of [0, 1, 2]) {
        const reply = await pageAt(`${list}?PageSize=10&Page=${page}`);
        const start = page * 10;
        assert.deepEqual(reply.sids, newestFirst.slice(start, start + 10));
        assert.equal(reply.page, page);
        assert.deepEqual([reply.start, reply.end], [start, Math.min(start + 9, 24)]);
        assert.equal(reply.previous === null, page === 0);
        assert.equal(reply.next === null, page === 2);
      }
      const middle = await pageAt(`${list}?PageSize=10&Page=1`);
      const after = await pageAt(present(middle.next ?? undefined));
      assert.deepEqual(after.sids, newestFirst.slice(20));
      const before = await pageAt(present(middle.previous ?? undefined));
      assert.deepEqual(before.sids, newestFirst.slice(0, 10));
      const beyond = await pageAt(`${list}?PageSize=10&Page=3`);
      assert.deepEqual(beyond.sids, []);
      assert.equal(beyond.next, null);
    });

    it('counts pages without a token within the first 10,000 rows only', async () => {
      for (const query of ['PageSize=1&Page=9999', 'PageSize=1000&Page=9', 'Page=199']) {
        assert.deepEqual((await pageAt(`${list}?${query}`)).sids, [], query);
      }
      for (const query of ['PageSize=1&Page=10000', 'PageSize=1000&Page=10', 'Page=200']) {
        const reply = await ask(`${list}?${query}`);
        checkProblem(reply, { status: 400, code: 20422, message: /\bPage\b/ });
      }
    });

    it('refuses a Page that is not a whole number', async () => {
      for (const page of ['-1', 'x', '1.5', '1e2', '0x1', '%20', '9'.repeat(30)]) {
        const reply = await ask(`${list}?Page=${page}`);
        checkProblem(reply, { status: 400, code: 20422, message: /\bPage\b/ });
      }
    });

    it('takes a PageSize of 1 to 1000', async () => {
      for (const size of [1, 24, 25, 26, 999, 1000]) {
        const page = await pageAt(`${list}?PageSize=${size}`);
        assert.equal(page.pageSize, size);
        assert.deepEqual(page.sids, newestFirst.slice(0, size));
      }
    });

    it('takes a PageSize above 1000 as 1000, and says so', async () => {
      for (const size of ['1001', '2000', '9'.repeat(30)]) {
        const page = await pageAt(`${list}?PageSize=${size}`);
        assert.equal(page.pageSize, 1000);
        assert.equal(page.uri, `${list}?Page=0&PageSize=1000`);
      }
    });

    it('refuses a PageSize that is not a whole number or is below 1', async () => {
      for (const size of ['0', '-1', 'x', '1.5', '1e2', '0x10', '%20', '10;drop']) {
        const reply = await ask(`${list}?PageSize=${size}`);
        checkProblem(reply, { status: 400, code: 20422, message: /PageSize/ });
      }
    });

    it('ignores query parameters that it does not know', async () => {
      const page = await pageAt(`${list}?PageSize=2&Whatever=1&__proto__=2&FriendlyName=x`);
      assert.deepEqual(page.sids, newestFirst.slice(0, 2));
    });

    it('pages accounts the same way, keeping the filter in its links', async () => {
      const parent = await server.createAccount({});
      const children: string[] = [];
      for (const friendlyName of ['a & b', 'other', 'a & b', 'a & b']) {
        const child = await server.createAccount({ owner: parent.accountSid, friendlyName });
        if (friendlyName === 'a & b') children.unshift(child.accountSid);
      }
      const seen: string[] = [];
      let next: string | null = `${accountsPath()}?FriendlyName=a+%26+b&PageSize=1`;
      while (next !== null) {
        const page: Page = readPage(await ask(next, parent), 'accounts');
        seen.push(...page.sids);
        next = page.next;
      }
      assert.deepEqual(seen, children);
    });
  });

  describe(`strict page sizes on ${engine}`, () => {
    let server: TestServer;

    before(async () => {
      server = await startServer({ engine, settings: { STRICT_PAGE_SIZE: 'true' } });
    });
    after(() => server.close());

    it('refuses a PageSize above 1000 with the documented code', async () => {
      const path = connectAppsPath(server.developer.accountSid);
      const ask = (size: string) =>
        server.request('GET', `${path}?PageSize=${size}`, { auth: server.developer });
      for (const size of ['1001', '2000', '9'.repeat(30)]) {
        const problem = checkProblem(await ask(size), { status: 400, code: 20007 });
        assert.equal(stringOf(problem.message), 'Page size too large');
      }
      assert.equal((await ask('1000')).status, 200);
    });
  });
}
