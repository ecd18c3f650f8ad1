/** Requests that are too large: refused early, in their form, and the process does not grow. */

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { connectAppPath, connectAppsPath } from '../api/paths.ts';
import { exchange } from '../api/raw-socket.ts';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const FORM = 'application/x-www-form-urlencoded';

for (const engine of DATABASES) {
  describe(`limits on ${engine}`, () => {
    let server: TestServer;
    let head: string[];

    before(async () => {
      server = await startServer({ engine });
      const { accountSid, authToken } = server.developer;
      const pair = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
      head = [
        `POST ${connectAppPath(accountSid, server.connectAppSid)} HTTP/1.1`,
        'Host: x',
        `Authorization: Basic ${pair}`,
        `Content-Type: ${FORM}`,
      ];
    });
    after(() => server.close());

    function withHeaders(...headers: string[]): string {
      return [...head, ...headers, '', ''].join('\r\n');
    }

    it('refuses a body that says it is a terabyte, without waiting for it', async () => {
      const bytes = withHeaders('Content-Length: 1000000000000');
      const { replies } = await exchange(server.url, bytes, { limitMs: 5000 });
      assert.equal(replies[0]?.status, 413);
    });

    it('lets a client that is still sending read the answer', async () => {
      const path = connectAppPath(server.developer.accountSid, server.connectAppSid);
      const auth = server.developer;
      for (const megabytes of [1, 2, 5, 10, 20]) {
        const form = { Description: 'x'.repeat(megabytes * 1024 * 1024) };
        const reply = await server.request('POST', path, { auth, form });
        assert.equal(reply.status, 413, reply.text);
      }
    });

    it('refuses a body in endless chunks, early', async () => {
      const { hostname, port } = new URL(server.url);
      const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
      const socket = connect({ host: hostname, port: Number(port) });
      socket.on('error', () => {});
      let written = 0;
      let received = '';
      socket.on('data', (data: Buffer) => {
        received += data.toString();
      });
      socket.write(withHeaders('Transfer-Encoding: chunked'));
      while (!socket.destroyed && written < 100 * chunk.length) {
        const drained = socket.write(chunk);
        written += chunk.length;
        if (!drained)
          await new Promise((resolve) => socket.once('drain', resolve).once('close', resolve));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await until('it is answered', () => received !== '' || socket.destroyed);
      socket.destroy();
      assert.match(received, /^HTTP\/1\.1 413 /);
    });

    it('does not unpack a compressed body', async () => {
      const body = gzipSync(`Description=${'x'.repeat(10_000_000)}`);
      const path = connectAppPath(server.developer.accountSid, server.connectAppSid);
      const reply = await server.request('POST', path, {
        auth: server.developer,
        rawBody: body,
        headers: { 'content-type': FORM, 'content-encoding': 'gzip' },
      });
      assert.ok([200, 400, 415].includes(reply.status), reply.text);
    });

    it('takes as many parameters as a body can hold', async () => {
      const path = connectAppPath(server.developer.accountSid, server.connectAppSid);
      for (const rawBody of ['a&'.repeat(30_000), 'Permissions=get-all&'.repeat(3000)]) {
        const reply = await server.request('POST', path, {
          auth: server.developer,
          rawBody,
          headers: { 'content-type': FORM },
        });
        assert.ok([200, 400].includes(reply.status), reply.text);
      }
    });

    it('refuses a path of 100 kB and a thousand headers', async () => {
      const path = connectAppsPath(server.developer.accountSid);
      const headers = Array.from({ length: 1000 }, (_, index) => `X-${index}: ${'x'.repeat(20)}`);
      for (const bytes of [
        `GET ${path}?x=${'x'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
        [`GET ${path} HTTP/1.1`, 'Host: x', ...headers, '', ''].join('\r\n'),
      ]) {
        const { replies, closed } = await exchange(server.url, bytes);
        assert.equal(replies.length, 1);
        assert.ok([400, 414, 431].includes(replies[0]?.status ?? 0), replies[0]?.body);
        assert.ok(closed);
      }
    });
  });
}
