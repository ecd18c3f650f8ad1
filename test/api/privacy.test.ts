/**
 * No personal data and no secret reaches a log line. Each property and each credential of this test
 * is a marker of its own, and the whole log is searched for every one of them, however encoded.
 */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { accountPath, accountsPath, connectAppPath, connectAppsPath } from './paths.ts';
import { exchange } from './raw-socket.ts';

const markers: string[] = [];

/** Makes a text that is found nowhere else. */
function marker(): string {
  const text = `marker${randomBytes(12).toString('hex')}`;
  markers.push(text);
  return text;
}

/** The forms in which a text could hide in a log. */
function disguises(text: string): string[] {
  const bytes = Buffer.from(text);
  // Base64 of a text inside a longer one depends on where it begins: the middle of each of the
  // three alignments is the same wherever it stands.
  const alignments = [0, 1, 2].map((skip) =>
    Buffer.concat([Buffer.alloc(skip), bytes])
      .toString('base64')
      .slice(4, -4),
  );
  return [text, bytes.toString('hex'), ...alignments];
}

const LOGS = DATABASES.flatMap((engine) => [
  { engine, isLogForPerson: false },
  { engine, isLogForPerson: true },
]);

for (const { engine, isLogForPerson } of LOGS) {
  describe(`privacy of the log ${isLogForPerson ? 'for a person ' : ''}on ${engine}`, () => {
    let server: TestServer;

    before(async () => {
      server = await startServer({ engine, isLogForPerson, settings: { LOG_LEVEL: 'trace' } });
    });
    after(() => server.close());

    it('holds nothing of what was sent, stored or shown, and no token', async () => {
      const auth = await server.createAccount({ friendlyName: marker() });
      markers.push(auth.authToken, await server.rotateToken(auth.accountSid));
      const [sid = ''] = await server.createApps(auth.accountSid, 1, () => ({
        friendlyName: marker(),
      }));
      const path = connectAppPath(auth.accountSid, sid);
      const list = connectAppsPath(auth.accountSid);
      const form = {
        FriendlyName: marker(),
        CompanyName: marker(),
        Description: marker(),
        HomepageUrl: `https://${marker()}.example/`,
        AuthorizeRedirectUrl: `https://user:${marker()}@example.com/?x=${marker()}`,
        DeauthorizeCallbackUrl: `https://example.com/${marker()}#${marker()}`,
        Unknown: marker(),
      };
      const wrong = { ...auth, authToken: marker() };
      const ask = server.request;
      const statuses = [
        await ask('POST', path, { auth, form }),
        await ask('GET', path, { auth }),
        await ask('GET', connectAppPath(auth.accountSid, sid, '.csv'), { auth }),
        await ask('GET', `${list}?PageToken=${marker()}&Other=${marker()}`, { auth }),
        await ask('GET', `${accountsPath()}?FriendlyName=${marker()}`, { auth }),
        await ask('POST', accountsPath(), { auth, form: { FriendlyName: marker() } }),
        await ask('POST', accountPath(auth.accountSid), { auth, form: { FriendlyName: marker() } }),
        await ask('POST', path, { auth, form: { HomepageUrl: marker() } }),
        await ask('POST', path, { auth, form: { FriendlyName: marker() + 'x'.repeat(64) } }),
        await ask('POST', path, { auth, form: { Permissions: marker() } }),
        await ask('POST', path, { auth, form: { Description: `${marker()}\u0000` } }),
        await ask('POST', path, {
          auth,
          rawBody: `{"FriendlyName":"${marker()}"}`,
          headers: { 'content-type': 'application/json' },
        }),
        await ask('GET', path, { auth: wrong }),
        await ask('GET', path, { auth: { accountSid: marker(), authToken: marker() } }),
        await ask('GET', path, { headers: { authorization: `Bearer ${marker()}` } }),
        await ask('GET', path, { headers: { authorization: marker(), cookie: marker() } }),
        await ask('GET', `/nowhere?${marker()}=${marker()}`, { auth }),
      ].map((reply) => reply.status);
      assert.deepEqual(
        statuses,
        [200, 200, 200, 400, 200, 201, 200, 400, 400, 400, 400, 415, 401, 401, 401, 401, 404],
      );
      const pair = Buffer.from(`${auth.accountSid}:${marker()}`).toString('base64');
      await exchange(
        server.url,
        `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ${pair}\r\n` +
          `${marker()}\r\n\r\nFriendlyName=${marker()}`,
      );

      const logs = server.logs();
      assert.ok(logs.includes(auth.accountSid), 'the log says who asked');
      for (const text of markers) {
        for (const disguise of disguises(text)) {
          const at = logs.indexOf(disguise);
          const line = logs.slice(logs.lastIndexOf('\n', at) + 1, logs.indexOf('\n', at));
          assert.equal(at, -1, `the log holds ${text}: ${line}`);
        }
      }
    });
  });
}
