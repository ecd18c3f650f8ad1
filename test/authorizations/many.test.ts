/** The end of very many authorizations at once: all of them, in one transaction, in small statements. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { KyselyPlugin } from 'kysely';
import { recorder } from '../../src/audit/record.ts';
import { endAuthorizations } from '../../src/authorizations/revocation.ts';
import { deleteConnectApp } from '../../src/connect-apps/operations.ts';
import type { Context } from '../../src/context.ts';
import { systemRandom } from '../../src/random.ts';
import { openContext, type TestContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import type { Credentials } from '../support/server.ts';
import { createSid } from '../support/sid.ts';

const MANY = 3000;
const MOST_A_STATEMENT = 1000;

for (const engine of DATABASES) {
  describe(`${MANY} authorizations on ${engine}`, () => {
    let world: TestContext;
    let context: Context;
    let owner: Credentials;
    before(async () => {
      world = await openContext(engine);
      context = world.context;
      owner = await world.createAccount();
    });
    after(() => world.close());

    const createApp = () =>
      world.createApp(owner.accountSid, { deauthorizeCallbackUrl: 'https://app.example.com/bye' });

    /** Every tenth was revoked long ago. */
    async function authorize(keyOf: () => { account_sid: string; connect_app_sid: string }) {
      const rows = Array.from({ length: MANY }, (_, index) => ({
        ...keyOf(),
        subaccount_sid: createSid('AC'),
        app_owner_sid: owner.accountSid,
        permissions: 'get-all',
        created_at: 1,
        updated_at: 1,
        revoked_at: index % 10 === 0 ? 1 : null,
      }));
      await context.database.transaction(async (transaction) => {
        for (let first = 0; first < MANY; first += 500) {
          const batch = rows.slice(first, first + 500);
          await transaction.insertInto('authorizations').values(batch).execute();
        }
      });
      const active = rows.filter((row) => row.revoked_at === null);
      return active.map((row) => row.subaccount_sid).sort();
    }

    const authorizationsOf = (column: 'connect_app_sid' | 'account_sid', sid: string) =>
      context.database.query
        .selectFrom('authorizations')
        .select(['subaccount_sid', 'revoked_at'])
        .where(column, '=', sid)
        .orderBy('subaccount_sid')
        .execute();
    async function toldOf(app: string): Promise<string[]> {
      const rows = await context.database.query
        .selectFrom('callbacks')
        .select('subaccount_sid')
        .where('connect_app_sid', '=', app)
        .orderBy('subaccount_sid')
        .execute();
      return rows.map((row) => row.subaccount_sid);
    }

    it('all end with their app, each with one callback', async () => {
      const app = await createApp();
      const other = await createApp();
      const active = await authorize(() => ({
        account_sid: createSid('AC'),
        connect_app_sid: app,
      }));
      await authorize(() => ({ account_sid: createSid('AC'), connect_app_sid: other }));
      await deleteConnectApp(context, owner.accountSid, app);
      const rows = await authorizationsOf('connect_app_sid', app);
      const ended = rows.filter((row) => row.revoked_at !== 1);
      assert.ok(ended.every((row) => row.revoked_at !== null));
      assert.deepEqual(
        ended.map((row) => row.subaccount_sid),
        active,
      );
      assert.deepEqual(await toldOf(app), active);
      const others = await authorizationsOf('connect_app_sid', other);
      assert.equal(others.filter((row) => row.revoked_at === null).length, active.length);
      assert.deepEqual(await toldOf(other), []);
    });

    it('end in statements that do not grow with them', async () => {
      const app = await createApp();
      const active = await authorize(() => ({
        account_sid: createSid('AC'),
        connect_app_sid: app,
      }));
      let most = 0;
      const watch: KyselyPlugin = {
        transformQuery: ({ node }) => node,
        async transformResult({ result }) {
          most = Math.max(most, result.rows.length, Number(result.numAffectedRows ?? 0));
          return result;
        },
      };
      const end = () =>
        context.database.transaction((transaction) =>
          endAuthorizations(
            transaction.withPlugin(watch),
            { connectAppSid: app },
            { now: 2, random: systemRandom, record: recorder(context), by: 'owner' },
          ),
        );
      assert.equal(await end(), active.length);
      assert.ok(most > 0 && most <= MOST_A_STATEMENT, `${most} rows in one statement`);
      assert.equal(await end(), 0, 'a second time ends nothing');
      assert.deepEqual(await toldOf(app), active);
    });

    it('all end with their customer', async () => {
      const { accountSid } = await world.createAccount();
      const active = await authorize(() => ({
        account_sid: accountSid,
        connect_app_sid: createSid('CN'),
      }));
      const count = await context.database.transaction((transaction) =>
        endAuthorizations(
          transaction,
          { accountSid },
          { now: 2, random: systemRandom, record: recorder(context), by: 'owner' },
        ),
      );
      assert.equal(count, active.length);
      const rows = await authorizationsOf('account_sid', accountSid);
      assert.ok(rows.every((row) => row.revoked_at !== null));
    });
  });
}
