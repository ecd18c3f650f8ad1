/** What a parameter may be: lengths in code points, strict URLs, no control characters, all else verbatim. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { XMLParser } from 'fast-xml-parser';
import { DATABASES } from '../support/databases.ts';
import { type Credentials, startServer, type TestServer } from '../support/server.ts';
import { checkProblem } from './check-problem.ts';
import { objectOf } from './narrow.ts';
import { parseCsv } from './parse-csv.ts';
import { connectAppPath } from './paths.ts';

const URL_PARAMETERS = {
  AuthorizeRedirectUrl: 'authorize_redirect_url',
  DeauthorizeCallbackUrl: 'deauthorize_callback_url',
  HomepageUrl: 'homepage_url',
};

const GOOD_URLS = [
  'http://example.com',
  'https://example.com/',
  'HTTPS://EXAMPLE.COM/Path',
  'https://user:secret@example.com:8443/a/b;c=d?e=f&g=%20#h',
  'http://localhost:3000/callback',
  'http://127.0.0.1:8080',
  'http://[::1]:8080/',
  'https://example.com/?q=a+b&r=%E2%9C%93',
  'https://xn--bcher-kva.example/',
  `https://example.com/${'x'.repeat(2028)}`,
];

const BAD_URLS = [
  'example.com',
  '/relative',
  '//example.com/',
  'ftp://example.com/',
  'javascript:alert(1)',
  'data:text/html,x',
  'file:///etc/passwd',
  'mailto:a@example.com',
  'http:',
  'http://',
  'http:///path',
  'https:example.com',
  'http:/example.com',
  'http://exa mple.com/',
  ' https://example.com/',
  'https://example.com/ ',
  'https://example.com/a b',
  'https://example.com/%',
  'https://example.com/%zz',
  'https://example.com/<b>',
  'https://example.com/"quoted"',
  'https://example.com/back\\slash',
  'https://example.com/{braces}',
  'https://example.com/a|b',
  'https://example.com/^`',
  'https://example.com/\u0000',
  'https://example.com/\r\nSet-Cookie:x',
  'https://example.com/✓',
  'https://bücher.example/',
  'https://example.com:port/',
  'https://example.com:99999/',
  'https://[::1/',
  'https://[nonsense]/',
  'http://a#b#c',
  `https://example.com/${'x'.repeat(2029)}`,
];

/** What is refused, and what its message must have. */
const TOLD_URLS = [
  ['https://bücher.example/rück', 'ü (U+00FC)', 'https://xn--bcher-kva.example/r%C3%BCck'],
  ['https://a.example/rück', 'ü (U+00FC)', '%C3%BC', 'https://a.example/r%C3%BCck'],
  [
    'https://a.example/?q=✓#🎉',
    '✓ (U+2713)',
    '%E2%9C%93',
    'https://a.example/?q=%E2%9C%93#%F0%9F%8E%89',
  ],
  ['https://a.example/a b', 'a space (U+0020)', '%20', 'https://a.example/a%20b'],
  ['https://a.example/<b>', '< (U+003C)', '%3C', 'https://a.example/%3Cb%3E'],
  ['https://a.example/"', '" (U+0022)', '%22', 'https://a.example/%22'],
  ['https://a.example/a\\b', '\\ (U+005C)', '%5C', 'https://a.example/a%5Cb'],
  ['https://a.example/{a}', '{ (U+007B)', '%7B', 'https://a.example/%7Ba%7D'],
  ['https://a.example/a|b', '| (U+007C)', '%7C', 'https://a.example/a%7Cb'],
  ['https://a.example/^', '^ (U+005E)', '%5E', 'https://a.example/%5E'],
  ['https://a.example/`', '` (U+0060)', '%60', 'https://a.example/%60'],
  ['https://a.example/a[0]', '[ (U+005B)', '%5B', 'https://a.example/a%5B0%5D'],
  ['https://a.example/100%', '%25', 'https://a.example/100%25'],
  ['https://a.example/#b#c', '# (U+0023)', '%23', 'https://a.example/#b%23c'],
  ['https://a@b@a.example/', '@ (U+0040)', '%40', 'https://a%40b@a.example/'],
  ['https://%61.example/', 'host without percent-encoding', 'https://a.example/'],
  ['http://127.1/', 'host written as 127.0.0.1', 'http://127.0.0.1/'],
  ['https://exa mple.com/', 'a space (U+0020) in its host'],
  ['https://*.example.com/', '* (U+002A) in its host'],
  ['https://example..com/', 'an empty label in its host'],
  ['https://.example.com/', 'an empty label in its host'],
  ['https://example.com:0/', 'a port from 1 to 65535'],
  ['https://example.com:65536/', 'a port from 1 to 65535'],
  ['https://xn--/', 'xn-- in its host, which is not valid Punycode'],
  ['https://a.xn--a.example/', 'xn--a in its host, which is not valid Punycode'],
  [`https://${'a'.repeat(64)}.example/`, '63 between dots'],
  ['https://[1::2::3]/', 'an IPv6 address in its brackets'],
  ['example.com', 'an absolute http or https URL'],
] as const;

const TEXTS = [
  'plain',
  ' leading and trailing ',
  '👩🏽‍🚀🏳️‍🌈 café',
  'cafe\u0301 is not caf\u00e9',
  'שלום \u202eעולם\u202c مرحبا',
  `"double" 'single' \`back\` <b>&amp;</b> ]]> <!-- -->`,
  "Robert'); DROP TABLE connect_apps;--",
  '100% + 1 = a&b=c; d?e#f',
  '{{7*7}} #{7*7} <%= 7*7 %> %s %n %00',
  '\\r\\n\\u0000 \\" \\',
  '\u2028\u2029\ufeff\u00a0\u200b',
  'null',
  'a,b;c "d"',
];

const CONTROL_CHARACTERS = ['\u0000', '\u0001', '\u000b', '\u001b', '\u007f', '\u0085'];
const LINE_BREAKS_AND_TABS = ['\n', '\r', '\r\n', '\t'];

const xml = new XMLParser({
  parseTagValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  htmlEntities: true,
});

for (const engine of DATABASES) {
  describe(`validation on ${engine}`, () => {
    let server: TestServer;
    let owner: Credentials;
    let sid: string;

    before(async () => {
      server = await startServer({ engine });
      owner = await server.createAccount({});
      [sid = ''] = await server.createApps(owner.accountSid, 1);
    });
    after(() => server.close());

    function get(extension: string) {
      const path = connectAppPath(owner.accountSid, sid, extension);
      return server.request('GET', path, { auth: owner });
    }

    function post(form: Record<string, string>) {
      return server.request('POST', connectAppPath(owner.accountSid, sid), { auth: owner, form });
    }

    /** Posts one parameter, expects success, and returns the property as a GET shows it. */
    async function stored(parameter: string, value: string, property: string): Promise<unknown> {
      const reply = await post({ [parameter]: value });
      assert.equal(reply.status, 200, `${parameter}=${JSON.stringify(value)}: ${reply.text}`);
      return objectOf((await get('.json')).json)[property];
    }

    it('takes a FriendlyName of 1 to 64 characters, counted as code points', async () => {
      for (const name of [
        'x',
        'x'.repeat(64),
        '🎉'.repeat(64),
        'é'.repeat(64),
        '\u0301'.repeat(64),
      ]) {
        assert.equal(await stored('FriendlyName', name, 'friendly_name'), name);
      }
    });

    it('refuses a FriendlyName that is empty or longer', async () => {
      const kept = await stored('FriendlyName', 'kept', 'friendly_name');
      for (const name of ['', 'x'.repeat(65), '🎉'.repeat(65), `${'x'.repeat(64)}🎉`]) {
        const reply = await post({ FriendlyName: name });
        checkProblem(reply, { status: 400, code: 20002, message: 'Invalid FriendlyName' });
      }
      assert.equal(objectOf((await get('.json')).json).friendly_name, kept);
    });

    for (const [parameter, property] of Object.entries(URL_PARAMETERS)) {
      it(`takes absolute http and https URLs for ${parameter}, as they were written`, async () => {
        for (const url of GOOD_URLS) {
          // The URL that is called is shown as it is called; test/callbacks/validators.test.ts.
          const shown =
            parameter === 'DeauthorizeCallbackUrl' &&
            url !== 'http://example.com' &&
            url !== 'http://127.0.0.1:8080'
              ? new URL(url).href
              : url;
          assert.equal(await stored(parameter, url, property), shown);
        }
      });

      it(`refuses any other ${parameter}, and names it`, async () => {
        for (const url of BAD_URLS) {
          const reply = await post({ [parameter]: url });
          assert.equal(reply.status, 400, `${JSON.stringify(url)}: ${reply.text}`);
          checkProblem(reply, { status: 400, code: 20422, message: new RegExp(parameter) });
        }
      });
    }

    it('says which character a URL must not have, and the form that is taken', async () => {
      for (const [url, ...words] of TOLD_URLS) {
        const reply = await post({ HomepageUrl: url });
        const { message } = checkProblem(reply, { status: 400, code: 20422 });
        for (const word of ['HomepageUrl', ...words]) assert.ok(message.includes(word), message);
        const instead = words.at(-1) ?? '';
        if (!instead.startsWith('http')) continue;
        assert.equal(await stored('HomepageUrl', instead, 'homepage_url'), instead);
      }
    });

    it('takes GET and POST as the callback method, and nothing else', async () => {
      const name = 'DeauthorizeCallbackMethod';
      for (const method of ['GET', 'POST']) {
        assert.equal(await stored(name, method, 'deauthorize_callback_method'), method);
      }
      for (const method of ['PUT', 'HEAD', 'GET,POST', 'GET ', 'x']) {
        const reply = await post({ [name]: method });
        checkProblem(reply, { status: 400, code: 20422, message: new RegExp(name) });
      }
    });

    it('refuses a permission that it does not know', async () => {
      for (const value of ['all', 'get-all,all', 'get-all post-all', 'GET_ALL', '["get-all"]']) {
        const reply = await post({ Permissions: value });
        checkProblem(reply, { status: 400, code: 20422, message: /Permissions/ });
      }
    });

    it('refuses control characters in a text', async () => {
      for (const character of CONTROL_CHARACTERS) {
        for (const name of ['CompanyName', 'Description']) {
          const reply = await post({ [name]: `a${character}b` });
          checkProblem(reply, { status: 400, code: 20422, message: new RegExp(name) });
        }
        const reply = await post({ FriendlyName: `a${character}b` });
        checkProblem(reply, { status: 400, code: 20002 });
      }
    });

    it('takes line breaks and tabs in a Description, and nowhere else', async () => {
      for (const text of LINE_BREAKS_AND_TABS) {
        for (const description of [`a${text}b`, `${text}a`, `a${text}`, text + text]) {
          assert.equal(await stored('Description', description, 'description'), description);
          const root = objectOf(objectOf(xml.parse((await get('.xml')).text)).TwilioResponse);
          assert.equal(objectOf(root.ConnectApp).Description, description);
          const cell = parseCsv((await get('.csv')).text)[1]?.[5];
          // A cell that begins with a tab or a carriage return is made harmless.
          assert.equal(cell?.replace(/^'/, ''), description);
        }
        for (const name of ['CompanyName', 'HomepageUrl', 'AuthorizeRedirectUrl']) {
          const reply = await post({ [name]: `https://a.example/${text}b` });
          checkProblem(reply, { status: 400, code: 20422, message: new RegExp(name) });
        }
        const reply = await post({ FriendlyName: `a${text}b` });
        checkProblem(reply, { status: 400, code: 20002 });
      }
    });

    it('keeps every other text byte for byte, in JSON, XML and CSV', async () => {
      for (const text of TEXTS) {
        assert.equal(await stored('Description', text, 'description'), text);
        const root = objectOf(objectOf(xml.parse((await get('.xml')).text)).TwilioResponse);
        assert.equal(objectOf(root.ConnectApp).Description, text);
        assert.equal(parseCsv((await get('.csv')).text)[1]?.[5], text);
      }
    });

    it('keeps a long description whole', async () => {
      const text = '🎉é<&x'.repeat(900);
      assert.equal(await stored('Description', text, 'description'), text);
    });
  });
}
