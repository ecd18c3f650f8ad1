/**
 * The server itself; `development` adds stand-ins. `twin URL` starts a second one in this process, on a database of its
 * own, without the record of requests.
 */

import { createLogger } from '../../src/observability/logger.ts';
import { createApp } from '../../src/server/app.ts';
import { createConfig, readSettings } from '../../src/server/config.ts';
import { announce } from '../child.ts';

const { settings } = readSettings();
const [, , word, twinUrl] = process.argv;

async function start(recordsRequests: boolean, more: Record<string, string> = {}): Promise<number> {
  const config = createConfig(
    { ...settings, PORT: '0', RATE_LIMIT_PER_SECOND: '0', ...more },
    word === 'development' ? 'development' : 'production',
  );
  const app = await createApp(config, {
    secretKey: config.secretKey ?? '',
    ownsProcess: recordsRequests,
    logger: createLogger('info', { stream: { write: () => {} } }),
    recordsRequests,
  });
  return Number(new URL(await app.listen()).port);
}

const port = await start(true);
if (word === 'twin' && twinUrl) announce(port, await start(false, { DATABASE_URL: twinUrl }));
else announce(port);
