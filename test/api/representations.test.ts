/** One resource in three forms: JSON, XML and CSV, chosen by the extension of the path alone. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { XMLParser } from 'fast-xml-parser';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { arrayOf, objectOf, stringOf } from './narrow.ts';
import { parseCsv } from './parse-csv.ts';
import { accountPath, accountsPath, connectAppPath, connectAppsPath } from './paths.ts';

const DECLARATION = "<?xml version='1.0' encoding='UTF-8'?>";
const COLUMNS = [
  'account_sid',
  'authorize_redirect_url',
  'company_name',
  'deauthorize_callback_method',
  'deauthorize_callback_url',
  'description',
  'friendly_name',
  'homepage_url',
  'permissions',
  'sid',
  'uri',
];

const xml = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  ignoreDeclaration: true,
});

for (const engine of DATABASES) {
  describe(`representations on ${engine}`, () => {
    let server: TestServer;

    before(async () => {
      server = await startServer({ engine });
    });
    after(() => server.close());

    function get(path: string, headers: Record<string, string> = {}) {
      return server.request('GET', path, { auth: server.developer, headers });
    }

    function appPath(extension: string) {
      return connectAppPath(server.developer.accountSid, server.connectAppSid, extension);
    }

    /** Removes the white space after the declaration, which XML leaves open. */
    function withoutDeclaration(text: string): string {
      assert.ok(text.startsWith(DECLARATION), text);
      return text.slice(DECLARATION.length).trim();
    }

    async function newAppWith(form: Record<string, string>) {
      const account = await server.createAccount({});
      const [sid = ''] = await server.createApps(account.accountSid, 1);
      const path = connectAppPath(account.accountSid, sid, '.json');
      const reply = await server.request('POST', path, { auth: account, form });
      assert.equal(reply.status, 200, reply.text);
      return { account, sid };
    }

    it('answers .json with members in alphabetical order', async () => {
      const reply = await get(appPath('.json'));
      assert.match(reply.headers['content-type'] ?? '', /^application\/json; ?charset=utf-8$/i);
      assert.deepEqual(Object.keys(objectOf(reply.json)), COLUMNS);
      const list = await get(connectAppsPath(server.developer.accountSid));
      assert.deepEqual(Object.keys(objectOf(list.json)), [
        'connect_apps',
        'end',
        'first_page_uri',
        'next_page_uri',
        'page',
        'page_size',
        'previous_page_uri',
        'start',
        'uri',
      ]);
      const [item] = arrayOf(objectOf(list.json).connect_apps);
      assert.deepEqual(item, reply.json);
      const account = await get(accountPath(server.developer.accountSid));
      const names = Object.keys(objectOf(account.json));
      assert.deepEqual(names, [...names].sort());
    });

    it('answers .xml and no extension with the same bytes, in the order of Twilio', async () => {
      const { accountSid } = server.developer;
      const reply = await get(appPath('.xml'));
      assert.match(reply.headers['content-type'] ?? '', /^application\/xml; ?charset=utf-8$/i);
      assert.equal(
        withoutDeclaration(reply.text),
        `<TwilioResponse><ConnectApp><Sid>${server.connectAppSid}</Sid>` +
          `<AccountSid>${accountSid}</AccountSid>` +
          '<FriendlyName>Connect app for deletion</FriendlyName><Description/>' +
          '<CompanyName>Twilio</CompanyName>' +
          '<HomepageUrl>http://example.com/home</HomepageUrl>' +
          '<AuthorizeRedirectUrl>http://example.com/redirect</AuthorizeRedirectUrl>' +
          '<DeauthorizeCallbackUrl>http://example.com/deauth</DeauthorizeCallbackUrl>' +
          '<DeauthorizeCallbackMethod>GET</DeauthorizeCallbackMethod><Permissions/>' +
          `<Uri>${appPath('')}</Uri></ConnectApp></TwilioResponse>`,
      );
      assert.equal((await get(appPath(''))).text, reply.text);
    });

    it('wraps the permissions of XML, one element each', async () => {
      const { account, sid } = await newAppWith({ Permissions: 'get-all,post-all' });
      const path = connectAppPath(account.accountSid, sid, '');
      const { text } = await server.request('GET', path, { auth: account });
      assert.ok(
        text.includes(
          '<Permissions><Permission>get-all</Permission><Permission>post-all</Permission></Permissions>',
        ),
        text,
      );
    });

    it('puts the envelope of an XML list into attributes', async () => {
      const { accountSid } = server.developer;
      const list = `/2010-04-01/Accounts/${accountSid}/ConnectApps?Page=0&amp;PageSize=50`;
      const reply = await get(connectAppsPath(accountSid, ''));
      const body = withoutDeclaration(reply.text);
      const start =
        '<TwilioResponse><ConnectApps page="0" pagesize="50" start="0" end="0" ' +
        `uri="${list}" firstpageuri="${list}" previouspageuri="" nextpageuri="">` +
        `<ConnectApp><Sid>${server.connectAppSid}</Sid>`;
      assert.equal(body.slice(0, start.length), start);
      assert.ok(body.endsWith('</ConnectApp></ConnectApps></TwilioResponse>'), body);
    });

    it('gives an XML list the links of its own form', async () => {
      const account = await server.createAccount({});
      const sids = await server.createApps(account.accountSid, 3);
      const seen: unknown[] = [];
      let next = `${connectAppsPath(account.accountSid, '.xml')}?PageSize=1`;
      while (next !== '') {
        const reply = await server.request('GET', next, { auth: account });
        const list = objectOf(objectOf(objectOf(xml.parse(reply.text)).TwilioResponse).ConnectApps);
        seen.push(objectOf(list.ConnectApp).Sid);
        next = stringOf(list.nextpageuri);
        assert.match(next, /^$|^\/2010-04-01\/Accounts\/AC\w+\/ConnectApps\?/);
      }
      assert.deepEqual(seen, sids.toReversed());
    });

    it('answers an empty XML list with its envelope', async () => {
      const account = await server.createAccount({});
      const path = connectAppsPath(account.accountSid, '.xml');
      const reply = await server.request('GET', path, { auth: account });
      const root = objectOf(objectOf(xml.parse(reply.text)).TwilioResponse);
      const list = objectOf(root.ConnectApps);
      assert.equal(list.pagesize, '50');
      assert.equal(list.end, '0');
      assert.equal(list.ConnectApp, undefined);
    });

    it('answers accounts in XML with PascalCase names', async () => {
      const reply = await get(accountPath(server.developer.accountSid, '.xml'));
      const root = objectOf(objectOf(xml.parse(reply.text)).TwilioResponse);
      const account = objectOf(root.Account);
      assert.equal(account.Sid, server.developer.accountSid);
      assert.equal(account.Uri, accountPath(server.developer.accountSid, ''));
      const names = Object.keys(account).sort();
      assert.deepEqual(names, [
        'AuthToken',
        'DateCreated',
        'DateUpdated',
        'FriendlyName',
        'OwnerAccountSid',
        'Sid',
        'Status',
        'SubresourceUris',
        'Type',
        'Uri',
      ]);
      const list = await get(accountsPath('.xml'));
      assert.match(list.text, /<Accounts page="0" pagesize="50" start="0" end="0" /);
    });

    it('answers .csv with a header row and one row an item', async () => {
      const reply = await get(connectAppsPath(server.developer.accountSid, '.csv'));
      assert.match(reply.headers['content-type'] ?? '', /^text\/csv; ?charset=utf-8$/i);
      const [header, row, ...rest] = parseCsv(reply.text);
      assert.deepEqual(header, COLUMNS);
      assert.deepEqual(row?.slice(0, 8), [
        server.developer.accountSid,
        'http://example.com/redirect',
        'Twilio',
        'GET',
        'http://example.com/deauth',
        '',
        'Connect app for deletion',
        'http://example.com/home',
      ]);
      assert.deepEqual(rest, []);
      assert.deepEqual(parseCsv((await get(appPath('.csv'))).text), [header, row]);
    });

    it('quotes CSV cells as RFC 4180 asks and joins permissions by a space', async () => {
      const { account, sid } = await newAppWith({
        Description: 'said "hello", twice',
        Permissions: 'post-all,get-all',
      });
      const path = connectAppPath(account.accountSid, sid, '.csv');
      const { text } = await server.request('GET', path, { auth: account });
      assert.ok(text.includes('"said ""hello"", twice"'), text);
      assert.ok(text.endsWith('\r\n') || !text.endsWith('\n'), 'lines end in CRLF');
      const [, row] = parseCsv(text);
      assert.equal(row?.[5], 'said "hello", twice');
      assert.equal(row?.[8], 'get-all post-all');
    });

    it('keeps a spreadsheet from running a CSV cell as a formula', async () => {
      for (const formula of ['=1+1', '+1+1', '-1+1', '@SUM(A1)', '=HYPERLINK("http://x")']) {
        const { account, sid } = await newAppWith({ Description: formula });
        const path = connectAppPath(account.accountSid, sid, '.csv');
        const { text } = await server.request('GET', path, { auth: account });
        const cell = parseCsv(text)[1]?.[5] ?? '';
        assert.doesNotMatch(cell, /^[=+\-@]/);
        assert.ok(cell.endsWith(formula), `${formula} is still readable: ${cell}`);
      }
    });

    it('looks at the extension alone, whatever Accept says', async () => {
      const json = await get(appPath('.json'));
      for (const accept of ['application/xml', 'text/html', 'image/png', 'nonsense', '']) {
        const reply = await get(appPath('.json'), { accept });
        assert.equal(reply.status, 200);
        assert.equal(reply.text, json.text);
      }
    });

    it('takes an unknown Accept-Encoding for identity', async () => {
      const reply = await get(appPath('.json'), { 'accept-encoding': 'nonsense;q=1' });
      assert.equal(reply.status, 200);
      assert.equal(reply.headers['content-encoding'], undefined);
      assert.equal(objectOf(reply.json).sid, server.connectAppSid);
    });

    it('does not know other extensions', async () => {
      for (const extension of ['.html', '.jsonx', '.']) {
        assert.equal((await get(appPath(extension))).status, 404, extension);
      }
    });
  });
}
