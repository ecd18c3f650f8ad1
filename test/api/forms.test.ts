/** The two forms in which parameters are sent, and what is made of a form that is broken. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { checkProblem } from './check-problem.ts';
import { objectOf } from './narrow.ts';
import { connectAppPath } from './paths.ts';
import { exchange } from './raw-socket.ts';

const BOUNDARY = '----a boundary of "ours"'.replace(/[ "]/g, '');
const MULTIPART = `multipart/form-data; boundary=${BOUNDARY}`;
const NOT_MULTIPART = /^The multipart form .+\.$/;

/** A part with these header lines. */
function part(headers: string, content: string): string {
  return `--${BOUNDARY}\r\n${headers}\r\n\r\n${content}\r\n`;
}

function field(name: string, value: string): string {
  return part(`Content-Disposition: form-data; name="${name}"`, value);
}

function whole(...parts: string[]): string {
  return `${parts.join('')}--${BOUNDARY}--\r\n`;
}

for (const engine of DATABASES) {
  describe(`forms on ${engine}`, () => {
    let server: TestServer;

    before(async () => {
      server = await startServer({ engine });
    });
    after(() => server.close());

    function post(rawBody: string | Buffer, type = MULTIPART, extension = '.json') {
      const auth = server.developer;
      const path = connectAppPath(auth.accountSid, server.connectAppSid, extension);
      return server.request('POST', path, { auth, rawBody, headers: { 'content-type': type } });
    }

    async function stored(rawBody: string | Buffer, type = MULTIPART) {
      const reply = await post(rawBody, type);
      assert.equal(reply.status, 200, reply.text);
      return objectOf(reply.json);
    }

    it('is read as it was sent, however small its chunks are and whatever it waits for', async () => {
      const { accountSid, authToken } = server.developer;
      const path = connectAppPath(accountSid, server.connectAppSid);
      const basic = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
      const get = `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ${basic}\r\n\r\n`;
      const head = [
        `POST ${path} HTTP/1.1`,
        'Host: x',
        `Authorization: Basic ${basic}`,
        'Content-Type: application/x-www-form-urlencoded',
        'Transfer-Encoding: chunked',
        'Connection: close',
      ].join('\r\n');
      for (const size of [1, 7, 1023, 1024, 3000]) {
        for (const before of ['', get, get.repeat(40)]) {
          // Not the same everywhere, so that no piece can take the place of another.
          const description = Array.from({ length: 900 }, (_, n) => n.toString(36)).join('.');
          const form = `FriendlyName=a&Description=${description}&CompanyName=${'b'.repeat(size)}`;
          const chunks = form.match(new RegExp(`.{1,${size}}`, 'g')) ?? [];
          const body = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`);
          const bytes = `${before}${head}\r\n\r\n${body.join('')}0\r\n\r\n`;
          const { replies } = await exchange(server.url, bytes);
          assert.equal(replies.length, before.length / get.length + 1);
          const app = objectOf(JSON.parse(replies.at(-1)?.body ?? ''));
          assert.equal(app.description, description, `chunks of ${size}`);
        }
      }
    });

    it('is refused with an answer, however much of it is on its way when the client closes', async () => {
      const path = connectAppPath(server.developer.accountSid, server.connectAppSid);
      const wrong = { ...server.developer, authToken: 'f'.repeat(32) };
      const type = { 'content-type': 'application/x-www-form-urlencoded', connection: 'close' };
      const rawBody = `Description=${'x'.repeat(900_000)}`;
      for (let tries = 0; tries < 10; tries += 1) {
        for (const [auth, to, status] of [
          [server.developer, path, 413],
          [wrong, path, 401],
          [server.developer, '/nowhere', 404],
        ] as const) {
          const reply = await server.request('POST', to, { auth, rawBody, headers: type });
          assert.equal(reply.status, status, reply.text);
        }
      }
    });

    it('takes every parameter of multipart/form-data, repeated and empty ones too', async () => {
      const app = await stored(
        whole(
          field('FriendlyName', 'Müsli & "more"'),
          field('Description', 'one\r\ntwo\r\n'),
          field('CompanyName', ''),
          field('Permissions', 'post-all'),
          field('Permissions[]', 'get-all'),
          field('Unknown', 'ignored'),
          field('__proto__', 'ignored'),
        ),
      );
      assert.equal(app.friendly_name, 'Müsli & "more"');
      assert.equal(app.description, 'one\r\ntwo\r\n');
      assert.equal(app.company_name, null);
      assert.deepEqual(app.permissions, ['get-all', 'post-all']);
      assert.equal((await stored(whole())).friendly_name, app.friendly_name);
    });

    it('takes what FormData sends', async () => {
      const form = new FormData();
      form.append('FriendlyName', 'from a browser 🎉');
      const request = new Request('http://x/', { method: 'POST', body: form });
      const body = Buffer.from(await request.arrayBuffer());
      const app = await stored(body, request.headers.get('content-type') ?? '');
      assert.equal(app.friendly_name, 'from a browser 🎉');
    });

    it('takes both content types in any case and with a charset', async () => {
      const body = whole(field('CompanyName', 'café'));
      for (const type of [
        `MULTIPART/FORM-DATA; BOUNDARY=${BOUNDARY}`,
        `Multipart/Form-Data; charset=utf-8; boundary="${BOUNDARY}"`,
        `multipart/form-data;boundary=${BOUNDARY};charset=UTF-8`,
      ]) {
        await stored(whole(field('CompanyName', '')));
        assert.equal((await stored(body, type)).company_name, 'café', type);
      }
      for (const type of [
        'APPLICATION/X-WWW-FORM-URLENCODED',
        'Application/x-www-form-urlencoded; Charset=UTF-8',
        'application/x-www-form-urlencoded;charset=utf-8',
      ]) {
        await stored(whole(field('CompanyName', '')));
        assert.equal((await stored('CompanyName=caf%C3%A9', type)).company_name, 'café', type);
      }
    });

    it('reads a field in the charset that its part names', async () => {
      const [head = '', tail = ''] = whole(
        part(
          'Content-Disposition: form-data; name="CompanyName"\r\nContent-Type: text/plain; charset=iso-8859-1',
          'caf|',
        ),
      ).split('|');
      const body = Buffer.concat([Buffer.from(head), Buffer.from([0xe9]), Buffer.from(tail)]);
      assert.equal((await stored(body)).company_name, 'café');
    });

    it('refuses files with 415, and changes nothing', async () => {
      const kept = await stored(whole(field('FriendlyName', 'kept')));
      for (const headers of [
        'Content-Disposition: form-data; name="Description"; filename="a.txt"\r\nContent-Type: text/plain',
        'Content-Disposition: form-data; name="Description"; filename=""',
        'Content-Disposition: form-data; name="Description"\r\nContent-Type: application/octet-stream',
      ]) {
        const reply = await post(whole(field('FriendlyName', 'changed'), part(headers, 'x')));
        checkProblem(reply, { status: 415, code: 20415, message: /files are not accepted/ });
      }
      assert.deepEqual(await stored(whole()), kept);
    });

    it('refuses what is no multipart form with 400 and a sentence, and changes nothing', async () => {
      const kept = await stored(whole(field('FriendlyName', 'kept')));
      const good = whole(field('FriendlyName', 'changed'));
      const bodies: [string | Buffer, string?][] = [
        ['', MULTIPART],
        ['{"FriendlyName":"changed"}', MULTIPART],
        ['FriendlyName=changed', MULTIPART],
        [good, 'multipart/form-data'],
        [good, 'multipart/form-data; boundary='],
        [good, 'multipart/form-data; boundary=another'],
        [good.slice(0, -6)],
        [good.slice(0, 40)],
        [field('FriendlyName', 'changed')],
        [whole(part('X-Nothing: 1', 'x'), field('FriendlyName', 'changed'))],
        [whole(part('Content-Disposition: attachment; name="FriendlyName"', 'changed'))],
        [whole(part('Content-Disposition: form-data', 'x'), field('FriendlyName', 'changed'))],
        [
          whole(
            part(
              `Content-Disposition: form-data; name="FriendlyName"\r\nContent-Transfer-Encoding: base64`,
              'eA==',
            ),
          ),
        ],
        [
          `${'--x\r\nContent-Disposition:form-data;name=a\r\n\r\n\r\n'.repeat(1001)}--x--`,
          'multipart/form-data; boundary=x',
        ],
      ];
      for (const [body, type] of bodies) {
        const reply = await post(body, type);
        assert.equal(reply.status, 400, `${type} ${String(body).slice(0, 200)}: ${reply.text}`);
        checkProblem(reply, { status: 400, code: 20001, message: NOT_MULTIPART });
      }
      assert.deepEqual(await stored(whole()), kept);
    });

    it('answers any damage to a form, and never as a fault of its own', async () => {
      const good = Buffer.from(whole(field('Description', 'a'), field('Permissions', 'get-all')));
      const damage = fc.record({
        from: fc.nat(good.length),
        length: fc.nat(20),
        instead: fc.oneof(
          fc.uint8Array({ maxLength: 20 }),
          fc.constantFrom('\r\n', '--', BOUNDARY, ';', '"', ':').map((text) => Buffer.from(text)),
        ),
        type: fc.constantFrom(MULTIPART, `${MULTIPART};`, `${MULTIPART}"`, 'multipart/form-data;='),
      });
      const check = fc.asyncProperty(damage, async ({ from, length, instead, type }) => {
        const body = [good.subarray(0, from), Buffer.from(instead), good.subarray(from + length)];
        const reply = await post(Buffer.concat(body), type);
        assert.ok([200, 400, 415].includes(reply.status), reply.text);
      });
      await fc.assert(check, { numRuns: 300, endOnFailure: true });
    });

    it('takes multipart up to 64 kB, like any other form', async () => {
      const full = (extra: number) => {
        const empty = whole(field('Unknown', '')).length;
        return whole(field('Unknown', 'x'.repeat(65_536 - empty + extra)));
      };
      assert.equal((await post(full(0))).status, 200);
      checkProblem(await post(full(1)), { status: 413, code: 20413 });
      checkProblem(await post('x'.repeat(300_000)), { status: 413, code: 20413 });
    });

    it('refuses every other content type, and names the two', async () => {
      for (const type of [
        'application/json',
        'text/plain',
        'multipart/mixed; boundary=x',
        'nonsense',
      ]) {
        for (const extension of ['.json', '']) {
          const reply = await post('{"FriendlyName":"x"}', type, extension);
          const message =
            'Send the parameters as application/x-www-form-urlencoded or multipart/form-data';
          checkProblem(reply, { status: 415, code: 20415, message });
        }
      }
    });
  });
}
