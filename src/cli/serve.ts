/** `connect-apps serve`: the production server, which refuses to start on unsafe settings. */

import type { Command } from 'commander';
import { createApp } from '../app.ts';
import { type Config, checkEnvFile } from '../config.ts';
import { createLogger } from '../logger.ts';
import { Problem } from '../problem.ts';
import { checkKeyOfDatabase, checkNoDemoSecrets } from '../ready.ts';
import { checkSecretKey } from '../secret-key.ts';
import { checkSchema } from '../storage/migrate.ts';
import { runServer } from './run-server.ts';
import { addServerFlags, withFlags } from './settings.ts';

/** Adds the command. */
export function addServeCommand(program: Command): void {
  addServerFlags(program.command('serve'))
    .description('start the production server')
    .addHelpText(
      'after',
      '\nExample:\n  $ SECRET_KEY=$(cat key) connect-apps migrate\n  $ SECRET_KEY=$(cat key) connect-apps serve --host 0.0.0.0',
    )
    .action(serve);
}

async function serve(flags: Record<string, unknown>): Promise<void> {
  checkEnvFile();
  const config = withFlags(flags, 'production');
  checkContradictions(config);
  const logger = createLogger(config.logLevel);
  const app = await createApp(config, { secretKey: checkSecretKey(config), logger });
  try {
    await checkSchema(app.context.database);
    await checkKeyOfDatabase(app.context);
    await checkNoDemoSecrets(app.context);
  } catch (error) {
    await app.close();
    throw error;
  }
  await runServer(app, config, (origin) => logger.info(`connect-apps listens on ${origin}`));
}

function checkContradictions(config: Config): void {
  if (config.database.engine === 'sqlite' && config.database.path === ':memory:') {
    throw new Problem(
      'setting_invalid',
      'DATABASE_URL is sqlite::memory:, which keeps nothing. Name a file: sqlite:./data/connect-apps.db.',
    );
  }
  if (
    config.publicUrl?.startsWith('https:') &&
    config.host !== '127.0.0.1' &&
    config.trustProxy.length === 0
  ) {
    throw new Problem(
      'setting_invalid',
      'PUBLIC_URL is https, which a proxy must end, but TRUST_PROXY names none. Set TRUST_PROXY to the addresses of your proxies.',
    );
  }
}
