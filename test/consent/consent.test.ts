/** Consent over HTTP: what is asked, what is answered, and everything that must not work. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { authorizeConnectApp } from '../../src/authorizations/operations.ts';
import { findAuthorization } from '../../src/authorizations/store.ts';
import { updateConnectApp } from '../../src/connect-apps/operations.ts';
import { DEMO_PASSWORD_HASH } from '../../src/demo/data.ts';
import { addUser } from '../../src/users/operations.ts';
import { present } from '../api/narrow.ts';
import { DATABASES } from '../support/databases.ts';
import { type Credentials, type Reply, startServer, type TestServer } from '../support/server.ts';
import { createSid } from '../support/sid.ts';
import { type Visitor, visit } from '../support/visitor.ts';

const BACK = 'https://app.example.com/done';

for (const engine of DATABASES) {
  describe(`consent on ${engine}`, () => {
    let server: TestServer;
    let owner: Credentials;
    before(async () => {
      server = await startServer({ engine });
      owner = await server.createAccount({});
    });
    after(() => server.close());

    async function createApp(properties: Parameters<TestServer['createApps']>[2] = () => ({})) {
      const [app = ''] = await server.createApps(owner.accountSid, 1, (index) => ({
        friendlyName: 'Pet shop',
        authorizeRedirectUrl: BACK,
        permissions: ['get-all'],
        ...properties(index),
      }));
      return app;
    }

    /** A new user of new accounts, signed in. */
    async function newVisitor(
      accounts = 1,
    ): Promise<{ visitor: Visitor; email: string; sids: string[] }> {
      const sids: string[] = [];
      for (let index = 0; index < accounts; index += 1) {
        sids.push((await server.createAccount({ friendlyName: `Account ${index}` })).accountSid);
      }
      const sid = createSid('US');
      const email = `${sid.toLowerCase()}@example.com`;
      const user = { sid, email, createdAt: Date.now(), passwordHash: DEMO_PASSWORD_HASH };
      await addUser(server.context, user, sids);
      const visitor = visit(server);
      assert.equal((await visitor.signIn(email)).status, 303);
      return { visitor, email, sids };
    }

    const authorizationOf = (accountSid: string, connectAppSid: string) =>
      findAuthorization(server.context.database.query, { accountSid, connectAppSid });
    const locationOf = (reply: Reply) => present(reply.headers.location);

    it('shows who asks, for which account, and what each permission means', async () => {
      const app = await createApp(() => ({
        companyName: 'Cats & Co',
        description: 'Feeds the cat',
        homepageUrl: 'https://pets.example.com/',
        termsOfServiceUrl: 'https://pets.example.com/terms',
        logoUrl: 'https://pets.example.com/logo.png',
        permissions: ['get-all', 'post-all'],
      }));
      const { visitor, sids } = await newVisitor();
      const { status, text, headers } = await visitor.get(`/authorize/${app}`);
      assert.equal(status, 200);
      for (const words of [
        'Pet shop',
        'Cats &amp; Co',
        'Feeds the cat',
        'https://pets.example.com/',
        'https://pets.example.com/terms',
        'https://pets.example.com/logo.png',
        'Read all account data',
        'Charge account for usage',
        'Account 0',
        present(sids[0]),
        'app.example.com',
      ]) {
        assert.ok(text.includes(words), words);
      }
      assert.equal(headers['x-frame-options'], 'DENY');
      assert.equal(headers['cache-control'], 'no-store');
      const policy = headers['content-security-policy'] ?? '';
      assert.match(policy, /default-src 'none'/);
      assert.match(policy, /frame-ancestors 'none'/);
      assert.match(policy, /form-action 'self' https:\/\/app\.example\.com;/);
      assert.doesNotMatch(policy, /unsafe/);
      assert.doesNotMatch(text, /<script|\son\w+=|\sstyle=/);
    });

    it('allows: a subaccount is made, and the browser goes back with it', async () => {
      const app = await createApp();
      const { visitor, sids } = await newVisitor();
      await visitor.get(`/authorize/${app}?state=xyz`);
      const reply = await visitor.submit(`/authorize/${app}`, { decision: 'allow' });
      assert.equal(reply.status, 302);
      const authorization = present(await authorizationOf(present(sids[0]), app));
      assert.equal(
        locationOf(reply),
        `${BACK}?AccountSid=${authorization.subaccountSid}&state=xyz`,
      );
      assert.deepEqual(authorization.permissions, ['get-all']);
    });

    it('denies: nothing is made, and the browser goes back with the one parameter', async () => {
      const app = await createApp();
      const { visitor, sids } = await newVisitor();
      await visitor.get(`/authorize/${app}?state=xyz`);
      const reply = await visitor.submit(`/authorize/${app}`, { decision: 'deny' });
      assert.equal(reply.status, 302);
      assert.equal(locationOf(reply), `${BACK}?error=unauthorized_client`);
      assert.equal(await authorizationOf(present(sids[0]), app), undefined);
    });

    it('signs in first, and comes back to the same link', async () => {
      const app = await createApp();
      const { email } = await newVisitor();
      const visitor = visit(server);
      const link = `/authorize/${app}?state=a%20b+c%ZZ%`;
      const form = await visitor.get(link);
      assert.equal(form.status, 200);
      assert.ok(form.text.includes('name="password"'));
      const fields = { email, password: 'connect-apps-demo' };
      const signedIn = await visitor.submit('/sign-in', fields);
      assert.equal(signedIn.status, 303);
      assert.equal(locationOf(signedIn), link);
    });

    it('gives back the state byte for byte, up to 4 KB', async () => {
      const app = await createApp();
      const { visitor } = await newVisitor();
      for (const state of [
        '',
        'a+b%20c%2Bd%2fe%2F',
        'https://a.example/?b=c%26d',
        '{"json":["%E2%9C%93",1]}'.replaceAll('"', '%22'),
        '%',
        '%zz%00%0d%0aSet-Cookie:x=1',
        "~!*'();:@,/?$=[]",
        `${'%F0%9F%90%88'.repeat(341)}%20%`,
        'x'.repeat(4096),
      ]) {
        assert.ok(state.length <= 4096);
        await visitor.get(`/authorize/${app}?state=${state}`);
        const reply = await visitor.submit(`/authorize/${app}`, { decision: 'allow' });
        assert.equal(reply.status, 302, reply.text);
        const [, returned] = locationOf(reply).split('&state=');
        assert.equal(returned, state);
      }
      const tooLong = await visitor.get(`/authorize/${app}?state=${'x'.repeat(4097)}`);
      assert.equal(tooLong.status, 400);
      assert.equal(tooLong.headers.location, undefined);
    });

    it('keeps the query of a cb through sign-in and the form, after Allow and after Deny', async () => {
      const app = await createApp();
      const { email } = await newVisitor();
      const cb = encodeURIComponent(`${BACK}?redirect_state=a%20b`);
      for (const decision of ['deny', 'allow']) {
        const visitor = visit(server);
        const link = `/authorize/${app}?state=s%20t&cb=${cb}`;
        await visitor.get(link);
        const fields = { email, password: 'connect-apps-demo' };
        assert.equal(locationOf(await visitor.submit('/sign-in', fields)), link);
        await visitor.get(link);
        const location = locationOf(await visitor.submit(`/authorize/${app}`, { decision }));
        const [kept, answer = ''] = location.split('redirect_state=a%20b&');
        assert.equal(kept, `${BACK}?`);
        assert.match(
          answer,
          decision === 'deny' ? /^error=unauthorized_client$/ : /^AccountSid=AC\w{32}&state=s%20t$/,
        );
        await visitor.get(
          `/authorize/${app}?cb=${encodeURIComponent('https://evil.example.com/done?a=1')}`,
        );
        const ignored = locationOf(await visitor.submit(`/authorize/${app}`, { decision }));
        assert.match(ignored, /^https:\/\/app\.example\.com\/done\?(AccountSid|error)=\w+$/);
      }
    });

    it('takes any text for what was shown, and asks again unless it is right', async () => {
      const app = await createApp();
      const { visitor } = await newVisitor();
      const { text } = await visitor.get(`/authorize/${app}`);
      const shown = present(/name="shown" value="([^"]*)"/.exec(text)?.[1]);
      for (const wrong of [`${shown}00`, shown + shown, 'f'.repeat(60_000), `${shown}é`, 'x', '']) {
        await visitor.get(`/authorize/${app}`);
        const fields = { decision: 'allow', shown: wrong };
        assert.equal((await visitor.submit(`/authorize/${app}`, fields)).status, 409);
      }
    });

    it('promises that access can be removed, and links the page that keeps it', async () => {
      const app = await createApp();
      const { visitor } = await newVisitor();
      const { text } = await visitor.get(`/authorize/${app}`);
      const [, href = ''] =
        /You can remove the access at any time in <a href="([^"]+)">/.exec(text) ?? [];
      assert.equal((await visitor.get(href)).status, 200);
    });

    it('shows texts that turn around, pile up or go on and on as what they are', async () => {
      const long = `${'word '.repeat(500)}end`;
      const app = await createApp(() => ({
        friendlyName: '\u202egnp.evil\u2066\u200f pets',
        companyName: `Cats${'\u0301'.repeat(200)}`,
        description: long,
      }));
      const { visitor } = await newVisitor();
      const { text } = await visitor.get(`/authorize/${app}`);
      assert.doesNotMatch(text, /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
      assert.doesNotMatch(text, /\p{M}{7}/u);
      assert.match(text, /<h1><bdi>gnp\.evil pets<\/bdi> asks for access/);
      const [, short = '', whole = ''] =
        /<details class="more"><summary>[\s\S]*?<bdi>(.*?)…<\/bdi>[\s\S]*?<\/summary>[\s\S]*?<bdi>(.*?)<\/bdi>/.exec(
          text,
        ) ?? [];
      assert.ok(short.length > 200 && short.length <= 240);
      assert.equal(whole, long);
      const invisible = await createApp(() => ({ friendlyName: '\u202e \u200b\ufeff' }));
      const page = await visitor.get(`/authorize/${invisible}`);
      assert.ok(
        page.text.includes(`<bdi>${invisible}</bdi> asks for access`),
        'a name nobody sees',
      );
    });

    it('lets a user of several accounts choose one', async () => {
      const app = await createApp();
      const { visitor, sids } = await newVisitor(3);
      const { text } = await visitor.get(`/authorize/${app}`);
      assert.equal([...text.matchAll(/type="radio"/g)].length, 3);
      const undecided = await visitor.submit(`/authorize/${app}`, { decision: 'allow' });
      assert.equal(undecided.status, 403);
      await visitor.get(`/authorize/${app}`);
      const chosen = present(sids[1]);
      const reply = await visitor.submit(`/authorize/${app}`, {
        decision: 'allow',
        account_sid: chosen,
      });
      assert.equal(reply.status, 302);
      assert.ok(await authorizationOf(chosen, app));
      assert.equal(await authorizationOf(present(sids[0]), app), undefined);
    });

    it("refuses an account that is not the user's", async () => {
      const app = await createApp();
      const { visitor } = await newVisitor();
      const { accountSid } = await server.createAccount({});
      await visitor.get(`/authorize/${app}`);
      const reply = await visitor.submit(`/authorize/${app}`, {
        decision: 'allow',
        account_sid: accountSid,
      });
      assert.equal(reply.status, 403);
      assert.equal(await authorizationOf(accountSid, app), undefined);
    });

    it('says what is new when an earlier consent lacks a permission', async () => {
      const app = await createApp();
      const { visitor, sids } = await newVisitor();
      const accountSid = present(sids[0]);
      const first = await authorizeConnectApp(server.context, { accountSid, connectAppSid: app });
      await updateConnectApp(server.context, owner.accountSid, app, {
        Permissions: 'get-all,post-all',
      });
      const { text } = await visitor.get(`/authorize/${app}`);
      assert.match(text, /Charge account for usage<span class="new">new<\/span>/);
      assert.match(text, /Read all account data<\/strong>/);
      await visitor.submit(`/authorize/${app}`, { decision: 'allow' });
      const second = present(await authorizationOf(accountSid, app));
      assert.equal(second.subaccountSid, first.subaccountSid);
      assert.deepEqual(second.permissions, ['get-all', 'post-all']);
    });

    it('asks again when the app has changed between page and click', async () => {
      const app = await createApp();
      const { visitor, sids } = await newVisitor();
      for (const change of [
        { Permissions: 'get-all,post-all' },
        { FriendlyName: 'Another' },
        { AuthorizeRedirectUrl: 'https://evil.example.com/' },
        { LogoUrl: 'https://evil.example.com/logo.png' },
      ]) {
        await visitor.get(`/authorize/${app}`);
        await updateConnectApp(server.context, owner.accountSid, app, change);
        const reply = await visitor.submit(`/authorize/${app}`, { decision: 'allow' });
        assert.equal(reply.status, 409);
        assert.equal(reply.headers.location, undefined);
        assert.match(reply.text, /The app has changed/);
        assert.equal(await authorizationOf(present(sids[0]), app), undefined);
      }
      const reply = await visitor.submit(`/authorize/${app}`, { decision: 'allow' });
      assert.equal(reply.status, 302, 'what is shown now can be allowed');
    });

    it('grants nothing that was not shown, when the app changes during the click', {
      skip: engine !== 'sqlite' && 'needs the one writer of SQLite, which can be held',
    }, async () => {
      const app = await createApp();
      const { visitor, sids } = await newVisitor();
      await visitor.get(`/authorize/${app}`);
      const gate = Promise.withResolvers<void>();
      const change = server.context.database.transaction(async (transaction) => {
        await transaction
          .updateTable('connect_apps')
          .set({ permissions: 'get-all,post-all' })
          .where('account_sid', '=', owner.accountSid)
          .where('sid', '=', app)
          .execute();
        await gate.promise;
      });
      const click = visitor.submit(`/authorize/${app}`, { decision: 'allow' });
      // Long enough for the click to have compared, and to wait for the writer.
      for (let turn = 0; turn < 50; turn += 1) await server.request('GET', '/readyz');
      gate.resolve();
      await change;
      const reply = await click;
      assert.equal(reply.status, 409);
      assert.match(reply.text, /The app has changed/);
      assert.match(reply.text, /Charge account for usage/);
      assert.equal(await authorizationOf(present(sids[0]), app), undefined);
    });

    it('does the same again when the very same form is sent again', async () => {
      const app = await createApp();
      const { visitor, sids } = await newVisitor();
      const { text } = await visitor.get(`/authorize/${app}?state=once`);
      const fieldOf = (name: string) =>
        present(new RegExp(`name="${name}" value="([^"]*)"`).exec(text)?.[1]);
      const names = ['_csrf', 'shown', 'state', 'account_sid'];
      const form = Object.fromEntries(names.map((name) => [name, fieldOf(name)]));
      const first = await visitor.submit(`/authorize/${app}`, { ...form, decision: 'allow' });
      const granted = await authorizationOf(present(sids[0]), app);
      const second = await visitor.submit(`/authorize/${app}`, { ...form, decision: 'allow' });
      assert.deepEqual([first.status, second.status], [302, 302]);
      assert.equal(locationOf(second), locationOf(first));
      const again = await authorizationOf(present(sids[0]), app);
      assert.equal(again?.subaccountSid, granted?.subaccountSid);
      assert.equal(again?.createdAt, granted?.createdAt);
    });

    it('asks to sign in when the session has ended, and then shows the page again', async () => {
      const app = await createApp();
      const { visitor, email, sids } = await newVisitor();
      await visitor.get(`/authorize/${app}?state=kept`);
      await server.context.database.transaction((one) => one.deleteFrom('sessions').execute());
      const reply = await visitor.submit(`/authorize/${app}`, { decision: 'allow' });
      assert.equal(reply.status, 200);
      assert.ok(reply.text.includes('name="password"'));
      assert.equal(await authorizationOf(present(sids[0]), app), undefined);
      const fields = { email, password: 'connect-apps-demo' };
      const signedIn = await visitor.submit('/sign-in', fields);
      assert.equal(locationOf(signedIn), `/authorize/${app}?state=kept`);
    });

    it('takes no form that is not ours', async () => {
      const app = await createApp();
      const { visitor, sids } = await newVisitor();
      const stranger = await newVisitor();
      const foreign = await stranger.visitor.get(`/authorize/${app}`);
      const [, foreignToken = ''] = /name="_csrf" value="([^"]+)"/.exec(foreign.text) ?? [];
      const path = `/authorize/${app}`;
      const cases: [string, Record<string, string | undefined>, Record<string, string>][] = [
        ['no token', { _csrf: undefined }, {}],
        ['an empty token', { _csrf: '' }, {}],
        ['a forged token', { _csrf: 'abcdefgh-forged' }, {}],
        ["another session's token", { _csrf: foreignToken }, {}],
        ['another origin', {}, { origin: 'https://evil.example.com' }],
        ['an origin that hides', {}, { origin: 'null' }],
        ['no proof of what was shown', { shown: undefined }, {}],
        ['a decision that is none', { decision: 'maybe' }, {}],
      ];
      for (const [name, fields, headers] of cases) {
        await visitor.get(path);
        const reply = await visitor.submit(path, { decision: 'allow', ...fields }, headers);
        assert.ok([403, 409].includes(reply.status), `${name}: ${reply.status}`);
        assert.equal(reply.headers.location, undefined, name);
        assert.equal(await authorizationOf(present(sids[0]), app), undefined, name);
      }
      const json = await server.request('POST', path, {
        rawBody: '{"decision":"allow"}',
        headers: { 'content-type': 'text/plain' },
      });
      assert.equal(json.status, 415);
      await visitor.get(path);
      const own = { origin: server.url };
      assert.equal((await visitor.submit(path, { decision: 'allow' }, own)).status, 302);
    });

    it('shows an error and never redirects when consent is impossible', async () => {
      const { visitor } = await newVisitor();
      const trial = await server.createAccount({ type: 'Trial' });
      const suspended = await server.createAccount({});
      const appOf = async ({ accountSid }: Credentials) =>
        present(
          (await server.createApps(accountSid, 1, () => ({ authorizeRedirectUrl: BACK })))[0],
        );
      const ofTrial = await appOf(trial);
      const ofSuspended = await appOf(suspended);
      await server.setAccountStatus(suspended.accountSid, 'suspended');
      const cases: [string, string, number][] = [
        ['an unknown app', `CN${'e'.repeat(32)}`, 404],
        ['a malformed SID', 'CN1', 404],
        [
          'an app without an Authorize URL',
          await createApp(() => ({ authorizeRedirectUrl: null })),
          403,
        ],
        ['an app of a Trial account', ofTrial, 403],
        ['an app of a suspended account', ofSuspended, 403],
      ];
      for (const [name, sid, status] of cases) {
        for (const path of [
          `/authorize/${sid}`,
          `/authorize/${sid}?redirect_uri=https://evil.example.com`,
        ]) {
          const reply = await visitor.get(path);
          assert.equal(reply.status, status, name);
          assert.equal(reply.headers.location, undefined, name);
          assert.match(reply.headers['content-type'] ?? '', /^text\/html/);
        }
      }
      const app = await createApp();
      const poor = await newVisitor();
      await server.setAccountStatus(present(poor.sids[0]), 'suspended');
      assert.equal((await poor.visitor.get(`/authorize/${app}`)).status, 403);
    });

    it('leads nowhere but to the Authorize URL, whatever the link says', async () => {
      const app = await createApp();
      const { visitor } = await newVisitor();
      const targets = [
        'https://evil.example.com',
        '//evil.example.com',
        '/\\evil.example.com',
        'javascript:alert(1)',
        'https://app.example.com.evil.example.com',
        'https://app.example.com@evil.example.com',
        '%0d%0aLocation:%20https://evil.example.com',
        '..//evil.example.com',
      ];
      for (const name of [
        'redirect_uri',
        'redirect',
        'return_to',
        'next',
        'state',
        'AccountSid',
        'error',
      ]) {
        for (const target of targets) {
          await visitor.get(`/authorize/${app}?${name}=${encodeURIComponent(target)}`);
          for (const decision of ['allow', 'deny']) {
            const reply = await visitor.submit(`/authorize/${app}`, { decision, [name]: target });
            if (reply.status === 302) assert.ok(locationOf(reply).startsWith(`${BACK}?`), name);
            else assert.equal(reply.headers.location, undefined);
            await visitor.get(`/authorize/${app}`);
          }
        }
      }
    });

    it('shows hostile texts as texts', async () => {
      const hostile = [
        '<script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        "'><svg/onload=alert(1)>",
        '</title><script>alert(1)</script>',
        '<iframe srcdoc="<script>alert(1)</script>">',
        '{{7*7}}#{7*7}<%= 7*7 %>',
        '&lt;script&gt;alert(1)&lt;/script&gt;',
        '<a href="javascript:alert(1)">x</a>',
        '<style>*{display:none}</style>',
        '<meta http-equiv=refresh content="0;url=https://evil">',
        '<img src=x onerror=alert(1)//',
        '<img/src/onerror=alert(1)>',
        '<svg><script>alert(1)</script></svg>',
        '<svg><animate onbegin=alert(1) attributeName=x dur=1s>',
        '<body onload=alert(1)>',
        '<input autofocus onfocus=alert(1)>',
        '<details open ontoggle=alert(1)>',
        '<video><source onerror=alert(1)>',
        '<audio src onloadstart=alert(1)>',
        '<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
        '<object data="javascript:alert(1)">',
        '<embed src="javascript:alert(1)">',
        '<form action="javascript:alert(1)"><button>x</button></form>',
        '<button formaction="javascript:alert(1)">x</button>',
        '<base href="https://evil.example.com/">',
        '<link rel=stylesheet href="https://evil.example.com/x.css">',
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
        '<template><script>alert(1)</script></template>',
        '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
        '<textarea><script>alert(1)</script></textarea>',
        '</textarea><script>alert(1)</script>',
        '</style><script>alert(1)</script>',
        '</script><script>alert(1)</script>',
        '--><script>alert(1)</script>',
        ']]><script>alert(1)</script>',
        '<!--<img src="--><img src=x onerror=alert(1)//">',
        '<![CDATA[<script>alert(1)</script>]]>',
        '<ScRiPt>alert(1)</ScRiPt>',
        '<scr<script>ipt>alert(1)</scr</script>ipt>',
        '<<script>alert(1);//<</script>',
        '<script\u2028>alert(1)</script>',
        '\u202e<script>alert(1)</script>',
        '＜script＞alert(1)＜/script＞',
        '&#60;script&#62;alert(1)&#60;/script&#62;',
        '%3Cscript%3Ealert(1)%3C/script%3E',
        'javascript:alert(1)',
        '" onmouseover="alert(1)',
        "' onfocus='alert(1)' autofocus='",
        '` onclick=alert(1)',
        'x" style="position:fixed;inset:0" y="',
      ];
      const { visitor } = await newVisitor();
      for (const text of hostile) {
        const app = await createApp(() => ({
          friendlyName: text.slice(0, 64),
          companyName: text,
          description: text,
        }));
        const { text: page } = await visitor.get(`/authorize/${app}`);
        assert.doesNotMatch(
          page,
          /<(script|svg|iframe|style|math|object|embed|base|video|audio|details|template|noscript|textarea|body on|meta http|img src=x|img\/|a href="(java|data))/i,
          text,
        );
        assert.doesNotMatch(page, /<[^>]*\s(on\w+|style|formaction)=/i, text);
        if (text.includes('7*7')) assert.ok(page.includes('{{7*7}}'), 'no template in it is run');
      }
    });
  });
}
