/** Every error that a client can provoke: its status, its code, its words, in each representation. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { checkProblem } from './check-problem.ts';
import { connectAppPath, connectAppsPath } from './paths.ts';

const UNKNOWN = 'f'.repeat(32);
const FORM = 'application/x-www-form-urlencoded';

for (const engine of DATABASES) {
  describe(`errors on ${engine}`, () => {
    let server: TestServer;

    before(async () => {
      server = await startServer({ engine });
    });
    after(() => server.close());

    function get(path: string) {
      return server.request('GET', path, { auth: server.developer });
    }

    function appPath(extension = '.json') {
      return connectAppPath(server.developer.accountSid, server.connectAppSid, extension);
    }

    function post(rawBody: string | Buffer, headers: Record<string, string>) {
      return server.request('POST', appPath(), { auth: server.developer, rawBody, headers });
    }

    it('names the path that was not found, as sent and without its query', async () => {
      const { accountSid } = server.developer;
      for (const path of [
        connectAppPath(accountSid, `CN${UNKNOWN}`),
        connectAppPath(accountSid, `CN${UNKNOWN.toUpperCase()}`, ''),
        connectAppPath(accountSid, 'CN1'),
        connectAppPath(accountSid, `AP${UNKNOWN}`, '.xml'),
        connectAppPath(accountSid, 'CN%20with%20space'),
        connectAppsPath(`AC${UNKNOWN}`),
        connectAppsPath('AC1', '.csv'),
        `/2010-04-01/Accounts/${accountSid}/Elsewhere.json`,
        `/2010-04-01/Accounts/${accountSid}/ConnectApps/${server.connectAppSid}/More.json`,
        '/2010-04-01/Elsewhere.json',
      ]) {
        const reply = await get(`${path}?PageSize=1&Marker=x`);
        const message = `The requested resource ${path} was not found`;
        checkProblem(reply, { status: 404, code: 20404, message });
      }
    });

    it('answers errors of XML, CSV and unknown paths in XML, and those of JSON in JSON', async () => {
      for (const [extension, type] of [
        ['.json', /^application\/json/],
        ['.xml', /^application\/xml/],
        ['.csv', /^application\/xml/],
        ['', /^application\/xml/],
        ['.html', /^application\/xml/],
      ] as const) {
        const { accountSid } = server.developer;
        const path = connectAppPath(accountSid, `CN${UNKNOWN}`, extension);
        const reply = await get(path);
        checkProblem(reply, { status: 404, code: 20404 });
        assert.match(reply.headers['content-type'] ?? '', type);
        const refused = await server.request('GET', path);
        checkProblem(refused, { status: 401, code: 20003 });
        assert.match(refused.headers['content-type'] ?? '', type);
      }
    });

    it('escapes a path that is repeated in an XML message', async () => {
      const path = `/2010-04-01/Accounts/${server.developer.accountSid}/A&B<C>"D'`;
      const reply = await get(path.replaceAll('<', '%3C').replaceAll('>', '%3E'));
      checkProblem(reply, { status: 404, code: 20404 });
      assert.doesNotMatch(reply.text, /A&B|<C>/);
    });

    it('writes the members of an XML error in the order of Twilio', async () => {
      const path = connectAppPath(server.developer.accountSid, `CN${UNKNOWN}`, '');
      const { text } = await get(path);
      const body = text.slice(text.indexOf('<TwilioResponse>')).trim();
      assert.equal(
        body,
        '<TwilioResponse><RestException><Code>20404</Code>' +
          `<Message>The requested resource ${path} was not found</Message>` +
          '<MoreInfo>https://www.twilio.com/docs/errors/20404</MoreInfo>' +
          '<Status>404</Status></RestException></TwilioResponse>',
      );
    });

    it('refuses a body over 64 kB, and takes one of 64 kB', async () => {
      const headers = { 'content-type': FORM };
      const prefix = 'Unknown=';
      const full = prefix + 'x'.repeat(65_536 - prefix.length);
      assert.equal((await post(full, headers)).status, 200);
      const reply = await post(`${full}x`, headers);
      checkProblem(reply, { status: 413, code: 20413 });
      checkProblem(await post('x'.repeat(300_000), headers), { status: 413, code: 20413 });
    });

    it('refuses a body that is not a form', async () => {
      for (const type of [
        'application/json',
        'text/plain',
        'application/xml',
        'multipart/mixed; boundary=x',
        'nonsense',
      ]) {
        const reply = await post('{"FriendlyName":"x"}', { 'content-type': type });
        checkProblem(reply, { status: 415, code: 20415 });
      }
    });

    it('takes a form whose content type names a charset', async () => {
      const body = 'Description=caf%C3%A9';
      for (const type of [`${FORM}; charset=UTF-8`, `${FORM};charset=utf-8`, FORM.toUpperCase()]) {
        assert.equal((await post(body, { 'content-type': type })).status, 200, type);
      }
    });

    it('survives percent-escapes that are broken or not UTF-8', async () => {
      const headers = { 'content-type': FORM };
      for (const body of [
        'Description=%',
        'Description=%zz',
        'Description=%ff%fe',
        '%ff=1',
        '&&=&',
      ]) {
        const reply = await post(body, headers);
        assert.ok([200, 400].includes(reply.status), `${body}: ${reply.text}`);
        if (reply.status === 400) checkProblem(reply, { status: 400, code: 20422 });
      }
      for (const path of [`${appPath()}%`, '/%ff.json', `${connectAppsPath('AC%zz')}`]) {
        const reply = await get(path);
        assert.ok([400, 404].includes(reply.status), reply.text);
      }
    });

    it('writes the request id of every answer to the log', async () => {
      const replies = [
        await get(appPath()),
        await get(connectAppPath(server.developer.accountSid, 'CN1')),
        await server.request('GET', appPath()),
        await server.request('PUT', appPath(), { auth: server.developer }),
        await server.request('OPTIONS', appPath()),
        await post('{}', { 'content-type': 'application/json' }),
        await post('x'.repeat(70_000), { 'content-type': FORM }),
        await server.request('GET', '/healthz'),
        await server.request('GET', '/nowhere'),
      ];
      const ids = replies.map((reply) => reply.headers['twilio-request-id'] ?? '');
      for (const id of ids) assert.match(id, /^RQ[0-9a-f]{32}$/);
      assert.equal(new Set(ids).size, ids.length, 'each its own');
      const logs = server.logs();
      const statuses = replies.map((reply) => reply.status);
      for (const [index, id] of ids.entries()) {
        assert.ok(logs.includes(id), `the log lacks the ${statuses[index]} ${index}`);
      }
    });
  });
}
