/** Connect Apps in the console: created and changed as on the command line, searched, paged, deleted. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { authorizeConnectApp, revokeAuthorization } from '../../src/authorizations/operations.ts';
import { PROPERTIES, PROPERTY_NAMES } from '../../src/connect-apps/connect-app.ts';
import { createConnectApp, getConnectApp } from '../../src/connect-apps/operations.ts';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { type Visitor, visit } from '../support/visitor.ts';

for (const engine of DATABASES) {
  describe(`Connect Apps in the console on ${engine}`, () => {
    let server: TestServer;
    let person: Visitor;
    let accountSid: string;
    let apps: string;
    before(async () => {
      server = await startServer({ engine });
      ({ accountSid } = server.developer);
      apps = `/console/${accountSid}/apps`;
      person = visit(server);
      await person.signIn('developer@example.com');
    });
    after(() => server.close());

    const appAt = (location: string | undefined) =>
      getConnectApp(server.context, accountSid, location?.split('/').at(-1) ?? '');
    const create = async (fields: Record<string, string>) => {
      await person.get(`${apps}/new`);
      return person.submit(`${apps}/new`, fields);
    };
    const namesOn = (text: string) =>
      [...text.matchAll(/<th scope="row"[^>]*><a[^>]*><bdi>([^<]*)<\/bdi>/g)].map(
        ([, name]) => name,
      );

    it('has a field for every property', async () => {
      const { text } = await person.get(`${apps}/new`);
      for (const name of PROPERTY_NAMES) {
        const { parameter, rule } = PROPERTIES[name];
        assert.ok(text.includes(`name="${parameter}"`), parameter);
        assert.ok(text.includes(rule.values.description), parameter);
      }
    });

    it('creates one, with everything that was typed', async () => {
      const reply = await create({
        FriendlyName: 'Feeder',
        Description: 'Feeds\nthe cat',
        CompanyName: 'Cats & Co',
        HomepageUrl: 'https://cats.example.com/',
        AuthorizeRedirectUrl: 'https://cats.example.com/done',
        DeauthorizeCallbackUrl: 'https://cats.example.com/gone',
        DeauthorizeCallbackMethod: 'POST',
        Permissions: 'post-all',
        TermsOfServiceUrl: 'https://cats.example.com/terms',
      });
      assert.equal(reply.status, 303);
      const { createdAt: _, sid, ...app } = await appAt(reply.headers.location);
      assert.deepEqual(app, {
        accountSid,
        friendlyName: 'Feeder',
        description: 'Feeds\nthe cat',
        companyName: 'Cats & Co',
        homepageUrl: 'https://cats.example.com/',
        authorizeRedirectUrl: 'https://cats.example.com/done',
        deauthorizeCallbackUrl: 'https://cats.example.com/gone',
        deauthorizeCallbackMethod: 'POST',
        permissions: ['post-all'],
        logoUrl: null,
        termsOfServiceUrl: 'https://cats.example.com/terms',
      });
      const { text } = await person.get(`${apps}/${sid}`);
      assert.ok(text.includes(`${server.url}/authorize/${sid}`));
      assert.ok(text.includes('&lt;img src='), 'the HTML of its button');
    });

    const wrong: [Record<string, string>, RegExp, string][] = [
      [{ FriendlyName: '' }, /must have at least 1 character/, 'FriendlyName'],
      [{ FriendlyName: 'x'.repeat(65) }, /must have at most 64 characters/, 'FriendlyName'],
      [{ FriendlyName: 'a', HomepageUrl: 'nowhere' }, /This must/, 'HomepageUrl'],
      [{ FriendlyName: 'a', LogoUrl: 'javascript:alert(1)' }, /This must/, 'LogoUrl'],
      [
        { FriendlyName: 'a', Permissions: 'all' },
        /must be one of get-all, post-all/,
        'Permissions',
      ],
      [
        { FriendlyName: 'a', DeauthorizeCallbackMethod: 'PUT' },
        /must be one of GET, POST/,
        'DeauthorizeCallbackMethod',
      ],
    ];
    for (const [fields, fault, field] of wrong) {
      it(`says beside the field why it refuses ${JSON.stringify(fields).slice(0, 60)}, as the command line does`, async () => {
        const typed = { ...fields, CompanyName: 'Still "here"' };
        const reply = await create(typed);
        assert.equal(reply.status, 400);
        assert.match(reply.text, fault);
        assert.match(reply.text, new RegExp(`id="${field}-fault"`));
        assert.match(
          reply.text,
          new RegExp(`aria-describedby="${field}-fault ${field}-hint" aria-invalid="true"`),
        );
        assert.ok(reply.text.includes('value="Still &quot;here&quot;"'));
        await assert.rejects(createConnectApp(server.context, accountSid, typed));
      });
    }

    it('changes one: an empty field clears its property, and no box is no permission', async () => {
      const { headers } = await create({
        FriendlyName: 'Before',
        CompanyName: 'Cats',
        Permissions: 'get-all',
      });
      const { sid } = await appAt(headers.location);
      const { text } = await person.get(`${apps}/${sid}/edit`);
      assert.match(text, /name="Permissions" value="get-all" checked/);
      const reply = await person.submit(`${apps}/${sid}/edit`, {
        FriendlyName: 'After',
        CompanyName: '',
      });
      assert.equal(reply.headers.location, `${apps}/${sid}`);
      const app = await appAt(headers.location);
      assert.deepEqual([app.friendlyName, app.companyName, app.permissions], ['After', null, []]);
    });

    it('previews what is typed without script, and saves nothing', async () => {
      await person.get(`${apps}/new`);
      const reply = await person.submit(`${apps}/new/preview`, {
        FriendlyName: '<i>Hostile</i>',
        Permissions: 'get-all',
        HomepageUrl: 'half a',
        LogoUrl: 'https://pets.example.com/logo.png',
      });
      assert.equal(reply.status, 200);
      assert.match(reply.text, /&lt;i&gt;Hostile&lt;\/i&gt;<\/bdi> asks for access/);
      assert.match(reply.text, /Read all account data/);
      assert.ok(!reply.text.includes('<img src="https://pets'), 'nobody else learns who looks');
      assert.doesNotMatch((await person.get(apps)).text, /Hostile/);
    });

    it('puts a state into the authorize link', async () => {
      const { text } = await person.get(`${apps}/${server.connectAppSid}?state=a%20%26%22b`);
      assert.ok(text.includes(`/authorize/${server.connectAppSid}?state=a%20%26%22b`));
    });

    it('lists and searches by name and SID in any case, page by page, without losing one', async () => {
      const owner = await server.createAccount();
      const sids = await server.createApps(owner.accountSid, 120, (index) => ({
        friendlyName: index % 2 === 0 ? `Hund ${index}` : `ÄRGER_${index}%`,
      }));
      const { createUser } = await import('../../src/users/operations.ts');
      await createUser(server.context, {
        email: `many-${engine}@example.com`,
        password: 'correct horse battery',
        accountSids: [owner.accountSid],
      });
      const other = visit(server);
      await other.signIn(`many-${engine}@example.com`, 'correct horse battery');
      const list = `/console/${owner.accountSid}/apps`;
      const readAll = async (query: string) => {
        const found: (string | undefined)[] = [];
        const pages: string[] = [];
        let path: string | undefined = `${list}?${query}`;
        while (path !== undefined) {
          const { text } = await other.get(path);
          pages.push(path);
          found.push(...namesOn(text));
          path = /href="([^"]+)" data-swap="apps">Older/.exec(text)?.[1]?.replaceAll('&amp;', '&');
        }
        return { found, pages };
      };
      const all = await readAll('');
      assert.equal(all.pages.length, 3);
      assert.equal(new Set(all.found).size, 120);
      assert.equal(all.found[0], 'ÄRGER_119%');
      const last = await other.get(all.pages[2] ?? '');
      const back = /href="([^"]+)" data-swap="apps">Newer/.exec(last.text)?.[1] ?? '';
      assert.deepEqual(
        namesOn((await other.get(back.replaceAll('&amp;', '&'))).text),
        all.found.slice(50, 100),
      );
      assert.equal((await readAll('q=hUND')).found.length, 60);
      assert.equal((await readAll(`q=${encodeURIComponent('ärger')}`)).found.length, 60);
      assert.equal(
        (await readAll(`q=${encodeURIComponent('_11')}`)).found.length,
        6,
        '_11, _111 …',
      );
      assert.equal((await readAll(`q=${encodeURIComponent('%')}`)).found.length, 60);
      assert.deepEqual((await readAll(`q=${sids[7]?.toUpperCase()}`)).found, ['ÄRGER_7%']);
      const none = await other.get(`${list}?q=nothing`);
      assert.match(none.text, /Nothing matches/);
      for (const page of [
        'x',
        'PA0',
        '%00',
        all.pages[1]?.split('page=')[1]?.replace('PA', 'PB'),
      ]) {
        assert.equal((await other.get(`${list}?page=${page}`)).status, 200, 'the first page');
      }
      // A search finds no app of anybody else.
      assert.match((await other.get(`${list}?q=${server.connectAppSid}`)).text, /Nothing matches/);
      const find = await other.get(`/console/find?q=${server.connectAppSid}&account=${accountSid}`);
      assert.ok(!find.text.includes(`/apps/${server.connectAppSid}`));
      const own = await other.get(`/console/find?q=hund%2010`);
      assert.match(own.text, /Hund 10</);
    });

    it('explains an empty list', async () => {
      const { accountSid: emptySid } = await server.createAccount({ owner: accountSid });
      const { text } = await person.get(`/console/${emptySid}/apps`);
      assert.match(text, /No Connect App yet/);
      assert.match(
        (await person.get(`/console/${emptySid}/overview`)).text,
        /Create your first Connect App/,
      );
    });

    it('lists who authorized an app, now and earlier, and exports it', async () => {
      const { headers } = await create({
        FriendlyName: 'Authorized',
        AuthorizeRedirectUrl: 'https://cats.example.com/',
        Permissions: 'get-all',
      });
      const { sid } = await appAt(headers.location);
      const path = `${apps}/${sid}/authorizations`;
      assert.match((await person.get(path)).text, /Nobody has authorized it yet/);
      const customers = [await server.createAccount(), await server.createAccount()];
      for (const customer of customers) {
        await authorizeConnectApp(server.context, {
          accountSid: customer.accountSid,
          connectAppSid: sid,
        });
      }
      const [first, second] = customers.map((one) => one.accountSid);
      await revokeAuthorization(server.context, { accountSid: first ?? '', connectAppSid: sid });
      const active = (await person.get(path)).text;
      assert.ok(active.includes(second ?? '') && !active.includes(first ?? '-'));
      const ended = (await person.get(`${path}?state=ended`)).text;
      assert.ok(ended.includes(first ?? '-') && !ended.includes(second ?? '-'));
      const csv = await person.get(`${path}.csv`);
      assert.match(csv.headers['content-type'] ?? '', /text\/csv/);
      assert.match(csv.headers['content-disposition'] ?? '', /attachment/);
      const lines = csv.text.trimEnd().split('\r\n');
      assert.equal(lines.length, 2);
      assert.match(lines[1] ?? '', new RegExp(`^${second},AC[0-9a-f]{32},get-all,\\d{4}-.*Z,$`));
      assert.ok((await person.get(`${path}.csv?state=ended`)).text.includes(first ?? '-'));
    });

    it('deletes one after its name is typed, and says what that ends', async () => {
      const { headers } = await create({
        FriendlyName: 'To delete',
        AuthorizeRedirectUrl: 'https://cats.example.com/',
        DeauthorizeCallbackUrl: 'https://gone.example.com/x',
      });
      const { sid } = await appAt(headers.location);
      const path = `${apps}/${sid}/delete`;
      assert.match((await person.get(path)).text, /end no authorization/);
      const customer = await server.createAccount();
      await authorizeConnectApp(server.context, {
        accountSid: customer.accountSid,
        connectAppSid: sid,
      });
      const { text } = await person.get(path);
      assert.match(text, /<strong>1 authorization<\/strong>/);
      assert.match(text, /<strong>1 signed callback<\/strong> to <code>gone\.example\.com<\/code>/);
      assert.match(text, /Delete app and end 1 authorization<\/button>/);
      const refused = await person.submit(path, { Name: 'to delete' });
      assert.equal(refused.status, 400);
      assert.match(refused.text, /This must be To delete/);
      await person.get(path);
      const done = await person.submit(path, { Name: ' To delete ' });
      assert.equal(done.headers.location, apps);
      await assert.rejects(getConnectApp(server.context, accountSid, sid), {
        problem: 'not_found',
      });
      assert.equal((await person.get(`${apps}/${sid}`)).status, 404);
    });

    it('shows hostile names as text', async () => {
      const name = '\u202e<script>alert(1)</script>"\'';
      const { headers } = await create({
        FriendlyName: name,
        CompanyName: name,
        Description: name,
      });
      const { sid } = await appAt(headers.location);
      for (const path of [
        '',
        `/${sid}`,
        `/${sid}/edit`,
        `/${sid}/delete`,
        `/${sid}/authorizations`,
      ]) {
        const { text, status } = await person.get(apps + path);
        assert.equal(status, 200);
        assert.doesNotMatch(text, /<script>alert/);
        if (!path.endsWith('/edit')) assert.ok(!text.includes('\u202e'), path);
      }
    });
  });
}
