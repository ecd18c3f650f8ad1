/**
 * Requests whose end two servers could see at different places. Each is refused and the connection
 * closed, or answered once: what was hidden inside is never answered as a request of its own.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { connectAppPath } from '../api/paths.ts';
import { exchange } from '../api/raw-socket.ts';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** What is hidden in the bodies: an answer to it would name this path. */
const HIDDEN_PATH = '/2010-04-01/Hidden.json';
/** A request after the vector, so that a connection that is still open ends, with this answer. */
const LAST_PATH = '/2010-04-01/Last.json';

const CHUNK = '0\r\n\r\n';

/** Header lines that make the length of the body ambiguous or malformed, with the body that follows. */
const FRAMINGS: Record<string, [headers: string[], body: string]> = {
  'length and chunked': [['Content-Length: 5', 'Transfer-Encoding: chunked'], CHUNK],
  'chunked and length': [['Transfer-Encoding: chunked', 'Content-Length: 5'], CHUNK],
  'two lengths that differ': [['Content-Length: 0', 'Content-Length: 5'], 'a=b&c'],
  'two lengths in one header': [['Content-Length: 0, 5'], 'a=b&c'],
  'a length with a plus': [['Content-Length: +5'], 'a=b&c'],
  'a length with a minus': [['Content-Length: -5'], ''],
  'a length in hex': [['Content-Length: 0x5'], 'a=b&c'],
  'a length with a fraction': [['Content-Length: 5.0'], 'a=b&c'],
  'a length with a space inside': [['Content-Length: 0 5'], 'a=b&c'],
  'a length that is empty': [['Content-Length:'], ''],
  'a length beyond 64 bits': [[`Content-Length: ${'9'.repeat(30)}`], 'a=b'],
  'a space before the colon of the length': [['Content-Length : 5'], 'a=b&c'],
  'a space before the colon of chunked': [['Transfer-Encoding : chunked'], CHUNK],
  'a tab before the colon of chunked': [['Transfer-Encoding\t: chunked'], CHUNK],
  'chunked twice': [['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], CHUNK],
  'chunked, then identity': [['Transfer-Encoding: chunked, identity'], CHUNK],
  'chunked, then nonsense': [['Transfer-Encoding: chunked', 'Transfer-Encoding: x'], CHUNK],
  'an unknown coding': [['Transfer-Encoding: xchunked'], CHUNK],
  'a quoted coding': [['Transfer-Encoding: "chunked"'], CHUNK],
  'a coding with a control character': [['Transfer-Encoding: \u000bchunked'], CHUNK],
  'a coding with a NUL': [['Transfer-Encoding: chunked\u0000'], CHUNK],
  'a folded header': [['Transfer-Encoding:', ' chunked'], CHUNK],
  'a header that ends in a lone LF': [['X: y\nTransfer-Encoding: chunked'], CHUNK],
  'a header that ends in a lone CR': [['X: y\rTransfer-Encoding: chunked'], CHUNK],
  'a chunk size with a sign': [['Transfer-Encoding: chunked'], `+3\r\na=b\r\n${CHUNK}`],
  'a chunk size in 0x form': [['Transfer-Encoding: chunked'], `0x3\r\na=b\r\n${CHUNK}`],
  'a chunk size beyond 64 bits': [['Transfer-Encoding: chunked'], 'fffffffffffffffff\r\na=b\r\n'],
  'a chunk longer than it says': [['Transfer-Encoding: chunked'], `1\r\na=b\r\n${CHUNK}`],
  'a chunk size that ends in LF': [['Transfer-Encoding: chunked'], `3\na=b\r\n${CHUNK}`],
  'a last chunk followed by text': [['Transfer-Encoding: chunked'], '0\r\nX'],
  'two Host headers': [['Host: elsewhere.example', 'Content-Length: 0'], ''],
};

/** Whole heads that are malformed before any body. */
const HEADS: Record<string, string> = {
  'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'a version without a number': 'GET /healthz HTTP/\r\nHost: x\r\n\r\n',
  'a method with a space before it': ' GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n',
  'a target with a space inside': 'GET /healthz HTTP/1.1 HTTP/1.1\r\nHost: x\r\n\r\n',
  'a NUL in the target': 'GET /health\u0000z HTTP/1.1\r\nHost: x\r\n\r\n',
  'a NUL in a header': 'GET /healthz HTTP/1.1\r\nHost: x\r\nX: a\u0000b\r\n\r\n',
  'an empty header name': 'GET /healthz HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n',
  'a space at the start of the first header': 'GET /healthz HTTP/1.1\r\n Host: x\r\n\r\n',
  'lines that end in LF only': 'GET /healthz HTTP/1.1\nHost: x\n\n',
};

/** Heads of other versions of HTTP: an answer is harmless when nothing can follow it. */
const OTHER_VERSIONS: Record<string, string> = {
  'HTTP/0.9': 'GET /healthz\r\n\r\n',
  'HTTP/1.0': 'GET /healthz HTTP/1.0\r\n\r\n',
  'HTTP/2.0 in clear text': 'GET /healthz HTTP/2.0\r\nHost: x\r\n\r\n',
};

for (const engine of DATABASES) {
  describe(`smuggling on ${engine}`, () => {
    let server: TestServer;
    let authorization: string;
    let path: string;

    before(async () => {
      server = await startServer({ engine });
      const { accountSid, authToken } = server.developer;
      const pair = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
      authorization = `Authorization: Basic ${pair}`;
      path = connectAppPath(accountSid, server.connectAppSid);
    });
    after(() => server.close());

    function get(target: string, ...headers: string[]): string {
      return [`GET ${target} HTTP/1.1`, 'Host: x', authorization, ...headers, '', ''].join('\r\n');
    }

    function post(headers: string[], body: string): string {
      const type = 'Content-Type: application/x-www-form-urlencoded';
      const head = [`POST ${path} HTTP/1.1`, 'Host: x', authorization, type, ...headers];
      return `${head.join('\r\n')}\r\n\r\n${body}`;
    }

    /** Sends a vector, what it hides and a last request; returns the statuses until the end. */
    async function statusesAfter(vector: string): Promise<number[]> {
      const bytes = vector + get(HIDDEN_PATH) + get(LAST_PATH, 'Connection: close');
      const { replies, closed } = await exchange(server.url, Buffer.from(bytes, 'latin1'));
      const seen = replies.map(({ status, body }) => `${status} ${body}`).join('\n');
      assert.ok(closed, `the connection stays open after\n${seen}`);
      assert.doesNotMatch(seen, /Hidden|Last/);
      return replies.map(({ status }) => status);
    }

    async function checkRefused(vector: string): Promise<void> {
      const statuses = await statusesAfter(vector);
      assert.equal(statuses.length, 1, `answered ${statuses}`);
      assert.ok([400, 411, 413, 501, 505].includes(statuses[0] ?? 0), `answered ${statuses}`);
    }

    for (const [name, [headers, body]] of Object.entries(FRAMINGS)) {
      it(`refuses ${name}`, () => checkRefused(post(headers, body)));
    }

    for (const [name, head] of Object.entries(HEADS)) {
      it(`refuses ${name}`, () => checkRefused(head));
    }

    for (const [name, head] of Object.entries(OTHER_VERSIONS)) {
      it(`answers ${name} once, and nothing after it`, async () => {
        const [first = 0, ...rest] = await statusesAfter(head);
        assert.ok(first >= 200 && first < 500, `answered ${first}`);
        assert.ok(
          rest.every((status) => status === 400),
          `then ${rest}`,
        );
      });
    }

    it('takes the length of a body at its word, whatever the body looks like', async () => {
      const hidden = get(HIDDEN_PATH);
      const vector = post([`Content-Length: ${hidden.length}`], hidden);
      const { replies } = await exchange(server.url, vector + get(LAST_PATH, 'Connection: close'));
      assert.deepEqual(
        replies.map(({ status }) => status),
        [200, 404],
      );
      assert.ok(replies[1]?.body.includes(LAST_PATH));
    });

    it('takes a body in chunks, with extensions and trailers', async () => {
      const chunks = '7;name=value\r\nUnknown\r\n2\r\n=1\r\n0\r\nTrailer: x\r\n\r\n';
      const vector = post(['Transfer-Encoding: chunked'], chunks);
      const { replies } = await exchange(server.url, vector + get(LAST_PATH, 'Connection: close'));
      assert.deepEqual(
        replies.map(({ status }) => status),
        [200, 404],
      );
    });

    it('does not mind a target in absolute form', async () => {
      const { replies } = await exchange(
        server.url,
        get(`http://elsewhere.example${path}`, 'Connection: close'),
      );
      assert.equal(replies.length, 1);
      assert.ok([200, 400, 404].includes(replies[0]?.status ?? 0));
    });
  });
}
