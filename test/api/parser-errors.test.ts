/** What the HTTP parser refuses before any route sees it is still answered, in the form of its path. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { arrayOf, objectOf, present } from './narrow.ts';
import { connectAppPath, connectAppsPath } from './paths.ts';
import { exchange, type RawReply } from './raw-socket.ts';

for (const engine of DATABASES) {
  describe(`requests that the parser refuses on ${engine}`, () => {
    let server: TestServer;
    let authorization: string;
    let listPath: string;

    before(async () => {
      server = await startServer({ engine });
      const { accountSid, authToken } = server.developer;
      const pair = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
      authorization = `Authorization: Basic ${pair}`;
      listPath = connectAppsPath(accountSid);
    });
    after(() => server.close());

    function lines(...parts: string[]): string {
      return parts.map((part) => `${part}\r\n`).join('');
    }

    /** A refusal on a .json path: an object with integer code and status, and a request id. */
    function checkRefusal(reply: RawReply | undefined, status: number): void {
      const { headers, body, status: actual } = present(reply);
      assert.equal(actual, status, body);
      assert.match(headers['content-type'] ?? '', /^application\/json; ?charset=utf-8$/i);
      const problem = objectOf(JSON.parse(body));
      assert.ok(Number.isInteger(problem.code), body);
      assert.equal(problem.status, status);
      assert.deepEqual(Object.keys(problem), [...Object.keys(problem)].sort());
      assert.equal(problem.more_info, `https://www.twilio.com/docs/errors/${problem.code}`);
      assert.match(headers['twilio-request-id'] ?? '', /^RQ[0-9a-f]{32}$/);
      assert.ok(server.logs().includes(headers['twilio-request-id'] ?? ''), 'it is in the log');
    }

    it('answers a header that is not one', async () => {
      const bytes = lines(`GET ${listPath} HTTP/1.1`, 'Host: x', 'no colon here', '');
      const { replies, closed } = await exchange(server.url, bytes);
      assert.equal(replies.length, 1);
      checkRefusal(replies[0], 400);
      assert.ok(closed, 'and closes the connection');
    });

    it('answers a head that is too large', async () => {
      const cookies = Array.from({ length: 40 }, () => `Cookie: ${'x'.repeat(1000)}`);
      const bytes = lines(`GET ${listPath} HTTP/1.1`, 'Host: x', ...cookies, '');
      const { replies, closed } = await exchange(server.url, bytes);
      assert.equal(replies.length, 1);
      checkRefusal(replies[0], 431);
      assert.ok(closed);
    });

    it('answers a request without a Host header', async () => {
      const { replies } = await exchange(server.url, lines(`GET ${listPath} HTTP/1.1`, ''));
      assert.equal(replies.length, 1);
      checkRefusal(replies[0], 400);
    });

    it('answers bytes that are no HTTP at all, and stays up', async () => {
      for (const bytes of ['hello\r\n\r\n', '\u0016\u0003\u0001\u0002\u0000', 'GET\r\n\r\n']) {
        const { replies, closed } = await exchange(server.url, bytes);
        assert.ok(replies.length <= 1);
        assert.equal(replies[0]?.status ?? 400, 400);
        assert.ok(closed);
      }
      const reply = await server.request('GET', listPath, { auth: server.developer });
      assert.equal(reply.status, 200);
    });

    it('answers a POST without a length, and the stray last chunk after it', async () => {
      const path = connectAppPath(server.developer.accountSid, server.connectAppSid);
      const post = lines(
        `POST ${path} HTTP/1.1`,
        'Host: x',
        authorization,
        'Content-Type: application/x-www-form-urlencoded',
        '',
      );
      const { replies, closed } = await exchange(server.url, `${post}0\r\n\r\n`);
      const [answer, refusal, ...more] = replies;
      assert.equal(present(answer).status, 200, answer?.body);
      assert.equal(objectOf(JSON.parse(present(answer).body)).sid, server.connectAppSid);
      if (refusal !== undefined) assert.equal(refusal.status, 400);
      assert.deepEqual(more, []);
      assert.ok(closed);
    });

    it('answers requests that arrive in one piece, in their order', async () => {
      const first = lines(`GET ${listPath}?PageSize=1 HTTP/1.1`, 'Host: x', authorization, '');
      const second = lines(
        `GET ${listPath}?PageSize=2 HTTP/1.1`,
        'Host: x',
        authorization,
        'Connection: close',
        '',
      );
      const { replies } = await exchange(server.url, first + second);
      const sizes = arrayOf(replies).map((reply) => {
        const body = objectOf(JSON.parse(String(objectOf(reply).body)));
        return body.page_size;
      });
      assert.deepEqual(sizes, [1, 2]);
    });
  });
}
