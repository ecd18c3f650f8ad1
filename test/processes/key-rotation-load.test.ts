/**
 * The three steps of docs/operating.md, "Change the key", with two servers under load: no request
 * fails. Clients leave a server when its restart begins, as a proxy would make them.
 */

import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { objectOf, present, stringOf } from '../api/narrow.ts';
import { accountPath, accountsPath, connectAppsPath } from '../api/paths.ts';
import { ended, runCommand } from '../support/cli.ts';
import { openContext, TEST_SECRET_KEY, type TestContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import { freePorts } from '../support/free-port.ts';
import { type ServeProcess, startServe } from '../support/serve.ts';
import type { Credentials } from '../support/server.ts';
import { until } from '../support/until.ts';

const OLD = TEST_SECRET_KEY;
const NEW = 'the key that follows, which is long enough';
const CLIENTS = 4;
/** How often each server is asked between two changes. */
const REQUESTS = 60;

type Keys = Readonly<Record<string, string>>;
const BEFORE: Keys = { SECRET_KEY: OLD };
const FIRST: Keys = { SECRET_KEY: OLD, PREVIOUS_SECRET_KEY: NEW };
const SECOND: Keys = { SECRET_KEY: NEW, PREVIOUS_SECRET_KEY: OLD };
const THIRD: Keys = { SECRET_KEY: NEW };

for (const engine of DATABASES) {
  describe(`a change of SECRET_KEY under load on ${engine}`, () => {
    let world: TestContext;
    let ports: number[];
    const servers: ServeProcess[] = [];
    /** Whom clients leave alone. */
    let restarting: number | undefined;
    let isOver = false;
    /** How often each server has answered. */
    const answered = [0, 0];
    before(async () => {
      world = await openContext(engine);
      ports = await freePorts(2);
      for (const index of [0, 1]) servers[index] = await start(index, BEFORE);
    });
    after(async () => {
      await Promise.all(servers.map((server) => server.stop('SIGKILL')));
      await world?.close();
    });

    const start = (index: number, keys: Keys) =>
      startServe(world.databaseUrl, { ...keys, PORT: String(ports[index]), DRAIN_SECONDS: '1' });

    async function restartAll(keys: Keys): Promise<void> {
      for (const index of [0, 1]) {
        restarting = index;
        const { child } = present(servers[index]);
        child.kill('SIGTERM');
        assert.equal(await ended(child), 0);
        servers[index] = await start(index, keys);
        restarting = undefined;
        await bothAnswer();
      }
    }

    async function bothAnswer(): Promise<void> {
      const wanted = answered.map((count) => count + REQUESTS);
      const haveAnswered = () => answered.every((count, index) => count >= Number(wanted[index]));
      await until('both have answered', () => isOver || haveAnswered());
      assert.ok(!isOver, 'a client has ended');
    }

    async function reEncrypt(): Promise<number> {
      const outcome = await runCommand(tmpdir(), ['accounts', 're-encrypt', '--json'], {
        DATABASE_URL: world.databaseUrl,
        ...SECOND,
      });
      assert.equal(outcome.stderr, '');
      return Number(objectOf(JSON.parse(outcome.stdout)).re_encrypted);
    }

    /** Asks one server after the other, but for the one that restarts, and returns the answer. */
    let turn = 0;
    async function ask(method: string, path: string, auth: Credentials): Promise<unknown> {
      turn += 1;
      const index = turn % 2 === restarting ? (turn + 1) % 2 : turn % 2;
      const reply = await present(servers[index]).request(method, path, { auth });
      assert.equal(reply.status, method === 'POST' ? 201 : 200, reply.text);
      answered[index] = Number(answered[index]) + 1;
      return reply.json;
    }

    const checkToken = async (account: Credentials) => {
      const { auth_token } = objectOf(await ask('GET', accountPath(account.accountSid), account));
      assert.equal(auth_token, account.authToken);
    };

    it('fails no request', async (t) => {
      const accounts: Credentials[] = [];
      /** What one server makes, the other reads: tokens, and places in lists. */
      const work = async (owner: Credentials) => {
        const list = `${connectAppsPath(owner.accountSid)}?PageSize=1`;
        while (!isOver) {
          await checkToken(owner);
          const { next_page_uri } = objectOf(await ask('GET', list, owner));
          await ask('GET', stringOf(next_page_uri), owner);
          const { sid, auth_token } = objectOf(await ask('POST', accountsPath(), owner));
          const made = { accountSid: stringOf(sid), authToken: stringOf(auth_token) };
          accounts.push(made);
          await checkToken(made);
          await checkToken(made);
        }
      };
      for (let client = 0; client < CLIENTS; client += 1) {
        const owner = await world.createAccount();
        for (const _ of [1, 2, 3]) await world.createApp(owner.accountSid, {});
        accounts.push(owner);
      }
      const end = () => {
        isOver = true;
      };
      const clients = accounts.slice().map((owner) => work(owner).finally(end));
      const change = async () => {
        await bothAnswer();
        await restartAll(FIRST);
        await restartAll(SECOND);
        assert.ok((await reEncrypt()) > CLIENTS);
        assert.equal(await reEncrypt(), 0);
        await restartAll(THIRD);
      };
      const outcomes = await Promise.allSettled([...clients, change().finally(end)]);
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
      for (const account of accounts) await checkToken(account);
      t.diagnostic(`${answered} answers, ${accounts.length} accounts`);
    });
  });
}
