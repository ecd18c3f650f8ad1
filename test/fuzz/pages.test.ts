/**
 * Every page and every form, with hostile queries, cookies, headers and fields, as nobody and as somebody who is
 * signed in: never a 5xx, and every answer is a whole page with its security headers. FUZZ_SEED repeats a run.
 */

import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { XMLValidator } from 'fast-xml-parser';
import { updateConnectApp } from '../../src/connect-apps/operations.ts';
import { APP_FIELDS } from '../../src/console/apps/form.ts';
import { DEMO_APP_SID, DEMO_CUSTOMER } from '../../src/demo/data.ts';
import { setOperator } from '../../src/users/operators.ts';
import { findUserByEmail } from '../../src/users/store.ts';
import { present } from '../api/narrow.ts';
import { DATABASES } from '../support/databases.ts';
import { type Reply, send, startServer, type TestServer } from '../support/server.ts';
import { startSession } from '../support/session.ts';
import { type Visitor, visit } from '../support/visitor.ts';
import { createRandom, type Random } from './random.ts';

const { FUZZ_SEED, FUZZ_PAGES } = process.env;
const RUNS =
  FUZZ_SEED === undefined
    ? [
        { seed: 1, requests: 800 },
        { seed: randomInt(2 ** 31), requests: Number(FUZZ_PAGES ?? 300) },
      ]
    : [{ seed: Number(FUZZ_SEED), requests: Number(FUZZ_PAGES ?? 800) }];

const BROWSER = 'text/html,application/xhtml+xml,*/*;q=0.8';

const HOSTILE = [
  '',
  ' ',
  '\u0000',
  '\u0000\u0001\u001f\u007f\u009f',
  '\r\nSet-Cookie: x=1',
  '"><script>alert(1)</script>',
  "' or 1=1 --",
  '%',
  '%zz%00%ff',
  '%25%32%35',
  '../../../etc/passwd',
  '\\\\evil.example.com',
  '//evil.example.com',
  'https://evil.example.com/',
  'javascript:alert(1)',
  '\u202e\u2066\u200f',
  '\ud83d\ude00'.repeat(50),
  'e\u0301\u0302\u0303'.repeat(40),
  'İıſK',
  '__proto__',
  'constructor',
  'toString',
  '-1',
  '1e999',
  '9'.repeat(400),
  'a'.repeat(64),
  'f'.repeat(65),
  '0'.repeat(128),
  'A'.repeat(5_000),
  '{"a":[1]}',
  `CN${'0'.repeat(32)}`,
  `cn${'0'.repeat(32)}`,
  DEMO_APP_SID,
  `AC${'1'.repeat(32)}`,
];
const NAMES = [
  '_csrf',
  'email',
  'password',
  'return_to',
  'shown',
  'state',
  'cb',
  'account_sid',
  'decision',
  'AccountSid',
  'ConnectAppSid',
  'error',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  'length',
  'q',
  'page',
  'account',
  'Who',
  'EventType',
  'ResourceSid',
  'StartDate',
  'EndDate',
  'role',
  '',
];
const COOKIES = [
  'connect_apps_session',
  'connect_apps_form',
  'connect_apps_known_browser',
  '__Host-connect_apps_session',
  '__proto__',
];
const HEADERS = [
  'origin',
  'referer',
  'accept-language',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'sec-fetch-site',
  'x-twilio-signature',
  'if-none-match',
  'range',
  'accept',
];
const CONSOLE = `/console/${DEMO_CUSTOMER.accountSid}`;
/** Paths of pages of the account that is signed in. */
function ofCustomer(...paths: readonly string[]): string[] {
  return paths.map((path) => `${CONSOLE}/${path}`);
}

const PAGES = [
  '/',
  '/console',
  '/console/accounts',
  '/console/me',
  '/join/x',
  '/reset-password/x',
  '/console/find',
  CONSOLE,
  `${CONSOLE}/overview`,
  `${CONSOLE}/apps`,
  `${CONSOLE}/apps/new`,
  `${CONSOLE}/people`,
  `${CONSOLE}/people/invite`,
  `${CONSOLE}/audit`,
  `${CONSOLE}/apps/${DEMO_APP_SID}/edit`,
  `/logos/${DEMO_APP_SID}/${'0'.repeat(32)}.png`,
  ...ofCustomer('authorized', 'authorized/earlier', `authorized/${DEMO_APP_SID}`),
  ...ofCustomer(`authorized/${DEMO_APP_SID}/remove`, 'account', 'account/tokens', 'account/keys'),
  ...ofCustomer('account/subaccounts', 'account/subaccounts/new', 'account/tokens/promote'),
  '/sign-in',
  '/sign-out',
  '/docs',
  '/docs/plain',
  '/nowhere',
  '/authorize',
  '/demo/connected',
  '/demo/deauthorized',
];
const CONSENT_FIELDS = ['_csrf', 'shown', 'state', 'cb', 'account_sid', 'decision'];
const FORMS: Record<string, readonly string[]> = {
  '/sign-in': ['_csrf', 'email', 'password', 'return_to'],
  '/sign-out': ['_csrf'],
  '/console/me/theme': ['_csrf', 'theme'],
  '/console/me/sessions/end': ['_csrf', 'session'],
  '/join/x': ['_csrf', 'password'],
  '/reset-password/x': ['_csrf', 'password'],
  [`${CONSOLE}/people/invite`]: ['_csrf', 'Email', 'role'],
  [`${CONSOLE}/apps/new`]: ['_csrf', ...APP_FIELDS],
  [`${CONSOLE}/apps/new/preview`]: ['_csrf', ...APP_FIELDS],
  '/authorize/CN1': CONSENT_FIELDS,
  '/demo/deauthorized': ['AccountSid', 'ConnectAppSid'],
  [`${CONSOLE}/account`]: ['_csrf', 'FriendlyName'],
  [`${CONSOLE}/account/tokens/delete-secondary`]: ['_csrf', 'token'],
  [`${CONSOLE}/account/subaccounts/new`]: ['_csrf', 'FriendlyName'],
  [`${CONSOLE}/authorized/${DEMO_APP_SID}/remove`]: ['_csrf'],
  '/nowhere': ['_csrf'],
};
/** Where a text from outside is looked for; PostgreSQL takes no U+0000 in one. */
const LOOKED_FOR = [
  '/console/find?q=',
  ...ofCustomer('apps?q=', 'people/', 'account/keys/', 'authorized/', 'requests?who='),
  '/console/operator/accounts?q=',
  '/console/operator/accounts?q=a&after=',
  '/console/operator/users?q=',
  '/console/operator/users?q=a&after=',
  '/console/',
  '/authorize/',
  '/join/',
  '/reset-password/',
  `/logos/${DEMO_APP_SID}/`,
  '/logos/',
];

for (const engine of DATABASES) {
  describe(`pages and forms on ${engine}`, () => {
    let server: TestServer;
    let signedIn: Visitor;
    before(async () => {
      server = await startServer({ engine, hasDemoApp: true });
      const { accountSid } = server.developer;
      await updateConnectApp(server.context, accountSid, server.connectAppSid, {
        LogoUrl: 'https://pets.example.com/logo.png',
        Description: 'word '.repeat(200),
      });
      signedIn = visit(server);
    });
    after(() => server.close());

    async function newSession(): Promise<string> {
      const user = await findUserByEmail(server.context.database.query, 'customer@example.com');
      return startSession(server.context, present(user).sid);
    }

    it('find nothing where no database can have it', async () => {
      await setOperator(server.context, 'customer@example.com', true);
      const person = visit(server);
      person.cookies.set('connect_apps_session', await newSession());
      for (const path of LOOKED_FOR) {
        for (const text of ['%00', 'a%00b', 'a'.repeat(7000), '%25'.repeat(2000)]) {
          const { status } = await person.get(path + text);
          assert.ok(status < 500, `${status} ${path}${text.slice(0, 9)}`);
        }
      }
      await person.get('/console/me');
      const { status } = await person.submit('/console/me/sessions/end', { session: '\0' });
      assert.ok(status < 500, `${status}`);
      await setOperator(server.context, 'customer@example.com', false);
    });

    for (const { seed, requests } of RUNS) {
      it(`answer ${requests} requests from the seed ${seed}`, async (test) => {
        const random = createRandom(seed);
        const statuses = new Map<number, number>();
        for (let count = 0; count < requests; count += 1) {
          // Some sign out; and the check of a password at each sign-in is slow, and not what is tried here.
          if (count % 20 === 0) signedIn.cookies.set('connect_apps_session', await newSession());
          const isSignedIn = random.oneIn(2);
          const visitor = isSignedIn ? signedIn : visit(server);
          const path = pathOf(random, server.connectAppSid);
          const request = random.oneIn(2)
            ? { method: random.pick(['GET', 'GET', 'GET', 'HEAD', 'PUT', 'OPTIONS']), path }
            : await formFor(random, visitor, path);
          const headers = headersFor(random, visitor);
          const shown = `FUZZ_SEED=${seed} #${count}: ${JSON.stringify({ ...request, headers }).slice(0, 1500)}`;
          const reply = await send(server.url, request.method, request.path, {
            headers: {
              ...headers,
              ...('body' in request && { 'content-type': 'application/x-www-form-urlencoded' }),
            },
            ...('body' in request && { rawBody: request.body }),
          });
          statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1);
          try {
            checkReply(request.method, reply);
          } catch (cause) {
            throw new Error(`${reply.status} ${reply.text.slice(0, 500)}, ${shown}`, { cause });
          }
        }
        const tally = [...statuses].sort().map(([status, count]) => `${status}: ${count}`);
        test.diagnostic(tally.join(', '));
        for (const status of [200, 302, 403, 404]) assert.ok(statuses.has(status), `${status}`);
        assert.equal((await server.request('GET', '/sign-in')).status, 200);
      });
    }
  });
}

function pathOf(random: Random, connectAppSid: string): string {
  const base = random.oneIn(2)
    ? `/authorize/${random.pick([connectAppSid, DEMO_APP_SID, encode(random, random.pick(HOSTILE))])}`
    : random.pick(PAGES);
  if (random.oneIn(3)) return base;
  const pairs = Array.from({ length: 1 + random.below(4) }, () => pairOf(random));
  return `${base}?${pairs.join('&')}`;
}

function pairOf(random: Random, name: string = random.pick(NAMES)): string {
  const suffix = random.oneIn(6) ? random.pick(['[]', '[0]', '[__proto__]', '%00']) : '';
  return `${name}${suffix}${random.oneIn(10) ? '' : `=${encode(random, random.pick(HOSTILE))}`}`;
}

/** As a URL has it, or as it should not: but always in bytes that a request line can carry. */
function encode(random: Random, text: string): string {
  if (random.oneIn(8)) return '%ff%fe%c0%af';
  if (random.oneIn(4)) return text.replaceAll(/[^\x21-\x7e]|[#]/g, '');
  return encodeURIComponent(text.toWellFormed());
}

async function formFor(random: Random, visitor: Visitor, page: string) {
  const path = random.oneIn(2) ? page : random.pick(Object.keys(FORMS));
  const fields = FORMS[path] ?? CONSENT_FIELDS;
  const own = await visitor.get(path.startsWith('/authorize') ? path : '/sign-in');
  const right = new Map(
    [...own.text.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g)].map(
      ([, name = '', value = '']) => [name, value],
    ),
  );
  if (right.size === 0) {
    const { text } = await visitor.get('/console/accounts');
    right.set('_csrf', /name="_csrf" value="([^"]*)"/.exec(text)?.[1] ?? '');
  }
  right.set('decision', random.pick(['allow', 'deny', 'allow']));
  const pairs: string[] = [];
  for (const name of fields) {
    if (random.oneIn(12)) continue;
    const isHostile = random.oneIn(name === '_csrf' ? 8 : 3) || !right.has(name);
    pairs.push(
      isHostile ? pairOf(random, name) : `${name}=${encodeURIComponent(right.get(name) ?? '')}`,
    );
    if (random.oneIn(8)) pairs.push(pairOf(random, name));
  }
  if (random.oneIn(3)) pairs.push(pairOf(random));
  if (random.oneIn(40)) pairs.push(`x=${'y'.repeat(random.pick([60_000, 70_000]))}`);
  if (random.oneIn(40)) pairs.push(...Array<string>(3000).fill('state=1'));
  const body = Buffer.from(pairs.join('&'), random.oneIn(2) ? 'latin1' : 'utf8');
  return { method: 'POST', path, body };
}

function headersFor(random: Random, visitor: Visitor): Record<string, string> {
  const cookies = new Map(visitor.cookies);
  if (random.oneIn(6)) cookies.set(random.pick(COOKIES), headerValue(random));
  if (random.oneIn(20)) cookies.clear();
  const headers: Record<string, string> = { accept: BROWSER };
  if (cookies.size > 0) headers.cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
  if (random.oneIn(20)) headers.cookie = headerValue(random);
  if (random.oneIn(3)) headers[random.pick(HEADERS)] = headerValue(random);
  return headers;
}

/** In the characters that a header may have (RFC 9110, section 5.5). */
function headerValue(random: Random): string {
  const text = Buffer.from(random.pick(HOSTILE)).toString('latin1');
  return text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '').slice(0, 4000);
}

function checkReply(method: string, { status, headers, text }: Reply): void {
  assert.ok(status >= 200 && status < 500, 'a 5xx');
  const { location } = headers;
  if (location !== undefined) {
    assert.ok(status === 302 || status === 303);
    assert.match(
      location,
      /^(?:\/(?![/\\])|http:\/\/example\.com\/redirect\?|http:\/\/127\.0\.0\.1:)/,
    );
    return;
  }
  if (status === 204 || method === 'HEAD') return;
  const type = headers['content-type'] ?? '';
  if (!type.startsWith('text/html')) {
    // Of who does not say that they read HTML, and the callback of the demo app.
    if (type !== '' && !type.startsWith('application/json')) {
      assert.equal(XMLValidator.validate(text), true);
    }
    return;
  }
  checkPage(headers, text);
}

/** The console's modules, and the two scripts of the API's viewer, are the only ones. */
function withoutOwnScripts(text: string): string {
  return text
    .replaceAll(/<script type="module" src="\/assets\/console\/[\w.-]+"><\/script>/g, '')
    .replaceAll(/<script src="\/docs\/assets\/[\w.-]+" defer><\/script>/g, '');
}

const VOID = /^(?:meta|link|input|img|br|hr)$/;

function checkPage(headers: Reply['headers'], text: string): void {
  const policy = headers['content-security-policy'] ?? '';
  // The viewer writes style of its own, and holds nothing of anybody: test/docs/viewer.test.ts.
  if (!policy.includes("style-src 'self' 'unsafe-inline'") || !text.includes('id="viewer"')) {
    assert.match(policy, /^default-src 'none'; style-src 'self'; img-src 'self'/);
    assert.doesNotMatch(policy, /unsafe|\*|[\r\n]/);
  }
  assert.match(policy, /form-action ('none'|'self')/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.ok(text.startsWith('<!doctype html>'));
  assert.ok(text.trimEnd().endsWith('</html>'));
  assert.doesNotMatch(withoutOwnScripts(text), /<script|<[^>]*\s(?:on\w+|style)=/i);
  // What is random can spell anything.
  const written = text.replaceAll(/ name="_csrf" value="[\w-]+"/g, '');
  assert.doesNotMatch(written, /undefined|\[object |NaN/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what no page may hold
  assert.doesNotMatch(text, /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
  const open: string[] = [];
  for (const [tag, slash, name = ''] of text.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*>/g)) {
    if (slash === '') {
      // The shapes of an SVG end in themselves.
      if (!VOID.test(name) && !tag.endsWith('/>')) open.push(name);
    } else assert.equal(open.pop(), name, 'elements end in the order in which they began');
  }
  assert.deepEqual(open, []);
}
