/** The server itself: the word `unrecorded` leaves out the record of requests, `development` adds stand-ins. */

import { createLogger } from '../../src/observability/logger.ts';
import { createApp } from '../../src/server/app.ts';
import { createConfig, readSettings } from '../../src/server/config.ts';
import { announce } from '../child.ts';

const { settings } = readSettings();
const [, , word] = process.argv;
const config = createConfig(
  { ...settings, PORT: '0', RATE_LIMIT_PER_SECOND: '0' },
  word === 'development' ? 'development' : 'production',
);
const app = await createApp(config, {
  secretKey: config.secretKey ?? '',
  ownsProcess: true,
  logger: createLogger('info', { stream: { write: () => {} } }),
  recordsRequests: word !== 'unrecorded',
});
announce(Number(new URL(await app.listen()).port));
