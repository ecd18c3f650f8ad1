/** A development server from nothing: its database made and current, the demo data in it. */

import type { Context } from '../context.ts';
import { DEMO_CUSTOMER, DEMO_DEVELOPER, DEMO_PASSWORD, seedDemoData } from '../demo/data.ts';
import { migrate } from '../storage/migrate.ts';
import { type App, type AppParts, createApp } from './app.ts';
import type { Config } from './config.ts';
import { prepareDatabase } from './context.ts';
import { checkKeyOfDatabase } from './ready.ts';
import { findSecretKey } from './secret-key.ts';

/** The secret key is the one of the Config, or found where it lies, when absent. */
export type StartParts = Omit<AppParts, 'secretKey' | 'opening'> & { secretKey?: string };

interface DemoCredentials {
  accountSid: string;
  authToken: string;
  email: string;
  password: string;
}

export interface Running {
  /** The origin that it answers on. */
  url: string;
  context: Context;
  /** Where gateways ask; undefined without a port for them. */
  gatewayUrl: string | undefined;
  /** As that of an App. */
  reload(): void;
  /** The two accounts of the demo data, and who signs in to them. */
  developer: DemoCredentials;
  customer: DemoCredentials;
  /** As that of an App. */
  close(): Promise<void>;
}

/** Starts a development server and resolves once it answers; leaves nothing open when it cannot. */
export async function start(config: Config, parts: StartParts = {}): Promise<Running> {
  const app = await prepareApp(config, parts);
  const { context } = app;
  const url = await app.listen().catch(closing(app));
  return {
    url,
    context,
    gatewayUrl: app.gatewayUrl(),
    reload: app.reload,
    developer: { ...DEMO_DEVELOPER, password: DEMO_PASSWORD },
    customer: { ...DEMO_CUSTOMER, password: DEMO_PASSWORD },
    close: app.close,
  };
}

/** The same, but for one who lets it listen himself, as between signals. */
export async function prepareApp(config: Config, parts: StartParts = {}): Promise<App> {
  // Before a key file is made beside it.
  prepareDatabase(config, 'claim');
  const app = await createApp(config, {
    ...parts,
    secretKey: parts.secretKey ?? findSecretKey(config),
  });
  await makeReady(app.context).catch(closing(app));
  return app;
}

async function makeReady(context: Context): Promise<void> {
  await migrate(context.database);
  await checkKeyOfDatabase(context);
  await seedDemoData(context);
}

/** What to do with a failure: close, and fail. */
function closing(app: App): (error: unknown) => Promise<never> {
  return async (error) => {
    await app.close();
    throw error;
  };
}
