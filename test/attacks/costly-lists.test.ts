/**
 * A tenant that has made very many rows asks for lists as dear as he can make them: a filter that nothing
 * meets, a page far down, one whose rows have ended. Other clients are still served.
 */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { sealToken } from '../../src/accounts/token.ts';
import { DATABASES, emptyDatabase } from '../support/databases.ts';
import { fill, insertApps, insertAuthorizations, insertSubaccounts } from '../support/fill.ts';
import { type Credentials, startServer, type TestServer } from '../support/server.ts';
import { createSid } from '../support/sid.ts';

const MANY = 100_000;
/** So many are the newest, with tokens that can be shown: what a page without a token can reach. */
const SHOWN = 10_000;
const CONNECTIONS = 32;
const ATTACK_MS = 2000;
/** Generous: before there was an index for it, one of these lists held everybody up for 18 s. */
const LONGEST_MS = 10_000;
/** How many answers others get at least while they are attacked. */
const SERVED = 5;

const LISTS = {
  'a name that none has': (sid: string) => `/Accounts.json?FriendlyName=nothing&at=${sid}`,
  'a status that none has': () => '/Accounts.json?Status=closed',
  'a name of all with a status of none': () =>
    '/Accounts.json?FriendlyName=Some%20name&Status=suspended',
  'a page of 1,000 far down': () => '/Accounts.json?Page=9&PageSize=1000',
  'what was authorized and has ended': (sid: string) =>
    `/Accounts/${sid}/AuthorizedConnectApps.json?Page=9&PageSize=1000`,
};

for (const engine of DATABASES) {
  describe(`costly lists on ${engine}`, () => {
    let folder: string;
    let server: TestServer;
    let attacker: Credentials;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'connect-apps-attack-'));
      const databaseUrl = await emptyDatabase(engine, folder);
      server = await startServer({
        engine,
        settings: { DATABASE_URL: databaseUrl, RATE_LIMIT_PER_SECOND: '100' },
      });
      attacker = await server.createAccount({});
      const customer = attacker.accountSid;
      const owner = server.developer.accountSid;
      await fill(databaseUrl, [
        insertSubaccounts(customer, MANY),
        insertApps(owner, MANY),
        insertAuthorizations({ customer, owner }, MANY, '1'),
      ]);
      await insertShown(customer);
    });
    after(async () => {
      await server?.close();
      await rm(folder, { recursive: true, force: true });
    });

    async function insertShown(ownerSid: string): Promise<void> {
      const { context } = server;
      const row = (_: unknown, index: number) => {
        const sid = createSid('AC');
        const { sealed, digest } = sealToken(context, sid, 'a'.repeat(32));
        return {
          sid,
          owner_account_sid: ownerSid,
          friendly_name: 'Some name',
          type: 'Full' as const,
          status: 'active' as const,
          token_digest: digest,
          token_sealed: sealed,
          created_at: MANY * 2 + index,
          updated_at: 1,
        };
      };
      const rows = Array.from({ length: SHOWN }, row);
      await context.database.transaction(async (transaction) => {
        for (let first = 0; first < SHOWN; first += 500) {
          const batch = rows.slice(first, first + 500);
          await transaction.insertInto('accounts').values(batch).execute();
        }
      });
    }

    for (const [name, pathOf] of Object.entries(LISTS)) {
      it(`hold nobody up: ${name}`, async () => {
        const path = `/2010-04-01${pathOf(attacker.accountSid)}`;
        const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
        const end = performance.now() + ATTACK_MS;
        const others: number[] = [];
        const served = () => others.filter((status) => status === 200).length;
        // On a busy machine until enough were served, or it takes too long.
        const isOn = () => {
          const now = performance.now();
          return now < end || (served() < SERVED && now < end + LONGEST_MS);
        };
        const statuses = new Set<number>();
        const attack = Array.from({ length: CONNECTIONS }, async () => {
          while (isOn()) {
            // As one that does not wait when he is told to.
            const headers = { 'x-forwarded-for': '192.0.2.1' };
            const reply = await server.request('GET', path, { auth: attacker, agent, headers });
            statuses.add(reply.status);
            await setTimeout(5);
          }
        });
        let longestMs = 0;
        const app = `/2010-04-01/Accounts/${server.developer.accountSid}/ConnectApps/${server.connectAppSid}.json`;
        while (isOn()) {
          const begun = performance.now();
          const reply = await server.request('GET', app, { auth: server.developer });
          longestMs = Math.max(longestMs, performance.now() - begun);
          others.push(reply.status);
          await setTimeout(50);
        }
        await Promise.all(attack);
        agent.destroy();
        assert.ok(statuses.has(200), `the attacker is answered: ${[...statuses]}`);
        assert.ok(!statuses.has(500), 'nothing fails');
        assert.ok(longestMs < LONGEST_MS, `another waited for ${longestMs} ms`);
        assert.ok(served() >= Math.max(SERVED, others.length * 0.5), `others had ${others}`);
      });
    }
  });
}
