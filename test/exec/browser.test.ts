/** The strongest thing that exec does: a link to www.twilio.com that stands in the code, in a browser. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { BROWSER_OBSTACLE } from '../support/browser.ts';
import { DATABASES } from '../support/databases.ts';
import { startServer } from '../support/server.ts';
import { runExec, startEchoServer } from './support.ts';

const PROGRAM = join(import.meta.dirname, 'consent-program.ts');

for (const engine of DATABASES) {
  test(`a browser allows at https://www.twilio.com/authorize/CN… on ${engine}`, {
    skip: BROWSER_OBSTACLE,
  }, async (t) => {
    const server = await startServer({ engine });
    t.after(() => server.close());
    const back = await startEchoServer(t);
    const [app = ''] = await server.createApps(server.developer.accountSid, 1, () => ({
      authorizeRedirectUrl: `${back}/done`,
    }));
    const env = { ...process.env, LINK: `https://www.twilio.com/authorize/${app}?state=x` };
    const command = [process.execPath, PROGRAM];
    const { code, stdout, stderr } = await runExec(t, command, { env, serverUrl: server.url });
    assert.equal(code, 0, stderr);
    const [origin, url = ''] = stdout.trim().split(' ');
    assert.equal(origin, 'https://www.twilio.com');
    assert.match(url, /\/done\?AccountSid=AC[0-9a-f]{32}&state=x$/);
    // Chromium refuses the certificate once, before it passes over that.
    assert.match(stderr, /^\d+ requests reached the local server\.\n$/);
  });
}
