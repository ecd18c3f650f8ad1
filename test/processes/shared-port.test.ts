/** `serve --workers 2`: the system gives new connections to both workers, and both answer. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { Agent } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { connectAppPath } from '../api/paths.ts';
import { childrenOf } from '../support/children.ts';
import { openContext, type TestContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import { startServe } from '../support/serve.ts';

const CONNECTIONS = 64;
/** What TCP calls a connection that both sides may use, in /proc/net/tcp. */
const ESTABLISHED = '01';

for (const engine of DATABASES) {
  describe(`serve --workers 2 on ${engine}`, () => {
    let world: TestContext;
    before(async () => {
      world = await openContext(engine);
    });
    after(() => world?.close());

    it('answers in both workers', async (t) => {
      const owner = await world.createAccount();
      const path = connectAppPath(owner.accountSid, await world.createApp(owner.accountSid, {}));
      const server = await startServe(world.databaseUrl, { WORKERS: '2' });
      const agent = new Agent({ keepAlive: true });
      t.after(() => {
        agent.destroy();
        return server.stop();
      });
      const replies = await Promise.all(
        Array.from({ length: CONNECTIONS }, () =>
          server.request('GET', path, { auth: owner, agent }),
        ),
      );
      assert.ok(replies.every(({ status }) => status === 200));
      // Each connection is still open, in the process that has answered on it.
      const counts = childrenOf(server.child.pid ?? 0).map((pid) => connectionsOf(pid, server.url));
      t.diagnostic(`${counts} of ${CONNECTIONS}`);
      assert.equal(counts.length, 2);
      assert.ok(counts.every((count) => count > 0));
      assert.equal(
        counts.reduce((sum, count) => sum + count),
        CONNECTIONS,
      );
    });
  });
}

/** How many connections to this server a process has. */
function connectionsOf(pid: number, origin: string): number {
  const port = Number(new URL(origin).port).toString(16).toUpperCase().padStart(4, '0');
  const lines = readFileSync('/proc/net/tcp', 'utf8').trim().split('\n').slice(1);
  const atServer = lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(`:${port}`) && state === ESTABLISHED)
    .map(([, , , , , , , , , inode]) => `socket:[${inode}]`);
  const own = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  return own.filter((link) => atServer.includes(link)).length;
}
