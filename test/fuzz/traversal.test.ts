/** Paths that try to climb out, in every spelling: answered 400 or 404, and nothing of the disk shown. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { exchange } from '../api/raw-socket.ts';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';

const CLIMBS = [
  '../',
  '..%2f',
  '%2e%2e/',
  '%2e%2e%2f',
  '%252e%252e%252f',
  '..%c0%af',
  '%c0%ae%c0%ae/',
  '%e0%80%ae%e0%80%ae/',
  '..;/',
  '..\\',
  '..%5c',
  '%2e%2e%5c',
  '....//',
  '..%00/',
  '.%2e/',
];

const BASES = ['/', '/docs/', '/console/', '/2010-04-01/Accounts/'];
const TARGETS = ['etc/passwd', 'package.json', 'etc/passwd%00.json'];

for (const engine of DATABASES) {
  describe(`path traversal on ${engine}`, () => {
    let server: TestServer;

    before(async () => {
      server = await startServer({ engine });
    });
    after(() => server.close());

    for (const base of BASES) {
      it(`leads nowhere from ${base}`, async () => {
        const paths = CLIMBS.flatMap((climb) =>
          TARGETS.map((target) => base + climb.repeat(8) + target),
        );
        const ask = async (path: string) => {
          const bytes = `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
          const { replies } = await exchange(server.url, bytes);
          const [{ status, body } = { status: 0, body: '' }] = replies;
          // A person who is not signed in is asked to, whether or not the console has such a page.
          const isSignIn = base === '/console/' && status === 200 && body.includes('<h1>Sign in');
          assert.ok(isSignIn || [400, 401, 404].includes(status), `${path}: ${status} ${body}`);
          assert.doesNotMatch(body, /root:|"dependencies"/);
        };
        await Promise.all(paths.map(ask));
      });
    }

    it('cannot break a log line in two', async () => {
      const marks = ['%0d%0a', '%0a', '%e2%80%a8', '%1b[2J'];
      for (const mark of marks) {
        const reply = await server.request('GET', `/2010-04-01/Broken${mark}{"level":99}.json`, {
          auth: server.developer,
          headers: { 'user-agent': 'a"}\t{"level":99' },
        });
        assert.ok([400, 404].includes(reply.status), reply.text);
      }
      for (const line of server.logs().trim().split('\n')) {
        assert.notEqual(JSON.parse(line).level, 99);
      }
    });
  });
}
