/** /metrics counts what people do: decisions of customers, and attempts to sign in. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { updateAccount } from '../../src/accounts/operations.ts';
import { authorizeConnectApp } from '../../src/authorizations/operations.ts';
import { readVersion } from '../../src/server/version.ts';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { visit } from '../support/visitor.ts';

for (const engine of DATABASES) {
  describe(`the metrics of people on ${engine}`, () => {
    let server: TestServer;
    before(async () => {
      server = await startServer({ engine });
    });
    after(() => server?.close());

    const text = async () => (await server.request('GET', '/metrics')).text;
    /** The values of a counter by its one label. */
    async function counts(name: string): Promise<Record<string, number>> {
      const lines = (await text()).matchAll(
        new RegExp(`^${name}\\{\\w+="(\\w+)"\\} (\\d+)$`, 'gm'),
      );
      return Object.fromEntries([...lines].map(([, label, count]) => [label, Number(count)]));
    }
    async function untilCounted(name: string, expected: Record<string, number>): Promise<void> {
      let counted = {};
      await until(`${name} has counted`, async () => {
        counted = await counts(name);
        return JSON.stringify(counted) === JSON.stringify(expected);
      }).catch(() => assert.deepEqual(counted, expected));
    }

    it('count authorizations, refusals and revocations', async () => {
      const customer = await server.createAccount();
      const sids = await server.createApps(server.developer.accountSid, 2, () => ({
        authorizeRedirectUrl: 'https://app.example.com/done',
      }));
      for (const connectAppSid of sids) {
        await authorizeConnectApp(server.context, {
          accountSid: customer.accountSid,
          connectAppSid,
        });
      }
      await updateAccount(server.context, customer.accountSid, { Status: 'closed' });
      const visitor = visit(server);
      await visitor.signIn('customer@example.com');
      await visitor.get(`/authorize/${sids[0]}`);
      await visitor.submit(`/authorize/${sids[0]}`, { decision: 'deny' });
      await untilCounted('connect_apps_authorizations_total', {
        authorized: 2,
        refused: 1,
        revoked: 2,
      });
    });

    it('count attempts to sign in by their result', async () => {
      const statuses: number[] = [];
      // More than one network may try at once.
      while (!statuses.includes(429)) {
        statuses.push((await visit(server).signIn('developer@example.com', 'wrong')).status);
      }
      await untilCounted('connect_apps_sign_ins_total', {
        accepted: 1,
        wrong: statuses.length - 1,
        too_many_tries: 1,
        not_checked: 0,
        provider_refused: 0,
      });
    });

    it('name the version, and when old data was purged', async () => {
      const node = process.versions.node;
      const build = `connect_apps_build_info{version="${readVersion()}",node="${node}"} 1`;
      assert.ok((await text()).includes(build));
      await until('it has purged', async () => {
        const [, at] =
          /^connect_apps_purge_last_success_timestamp_seconds (\S+)$/m.exec(await text()) ?? [];
        return Number(at) > 1e9;
      });
    });
  });
}
