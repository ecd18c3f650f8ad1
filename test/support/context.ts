/** What the domain works with, on a database of its own and without a server. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAccount } from '../../src/accounts/operations.ts';
import type { ConnectAppProperties } from '../../src/connect-apps/connect-app.ts';
import { addConnectApp } from '../../src/connect-apps/operations.ts';
import type { Context } from '../../src/context.ts';
import { TEST_PASSWORD_COST } from '../../src/password-cost.ts';
import { createConfig } from '../../src/server/config.ts';
import { createContext } from '../../src/server/context.ts';
import type { Engine } from '../../src/storage/database.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { emptyDatabase } from './databases.ts';
import type { Credentials } from './server.ts';
import { createSid } from './sid.ts';
import { whenThere } from './until.ts';

export interface TestContext {
  context: Context;
  databaseUrl: string;
  /** The folder of an embedded database. */
  folder: string;
  createAccount(): Promise<Credentials>;
  /** An app that can be authorized, with these properties besides. */
  createApp(accountSid: string, properties: Partial<ConnectAppProperties>): Promise<string>;
  /** Moves the clock on. */
  passMs(durationMs: number): void;
  close(): Promise<void>;
}

export const TEST_SECRET_KEY = 'a secret key that only the tests know';

/** Opens a fresh, current database; its clock runs on, and jumps when it is told to. */
export async function openContext(engine: Engine): Promise<TestContext> {
  const folder = await mkdtemp(join(tmpdir(), 'connect-apps-context-'));
  const databaseUrl = await emptyDatabase(engine, folder);
  const config = createConfig({ DATABASE_URL: databaseUrl }, 'development');
  let offsetMs = 0;
  const clock = { now: () => Date.now() + offsetMs };
  const context = createContext(config, {
    secretKey: TEST_SECRET_KEY,
    clock,
    passwordCost: TEST_PASSWORD_COST,
  });
  await migrate(context.database);
  return {
    context,
    databaseUrl,
    folder,
    async createAccount() {
      const { sid, authToken } = await whenThere(() => createAccount(context, {}));
      return { accountSid: sid, authToken };
    },
    async createApp(accountSid, properties) {
      const authorizeRedirectUrl = 'https://app.example.com/';
      const sid = createSid('CN');
      await whenThere(() =>
        addConnectApp(context, accountSid, sid, {
          friendlyName: 'An app',
          authorizeRedirectUrl,
          ...properties,
        }),
      );
      return sid;
    },
    passMs(durationMs) {
      offsetMs += durationMs;
    },
    async close() {
      await context.database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
