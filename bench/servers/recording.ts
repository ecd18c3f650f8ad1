/** The server itself, with or without the record of requests: the word `unrecorded` leaves it out. */

import { createLogger } from '../../src/observability/logger.ts';
import { createApp } from '../../src/server/app.ts';
import { createConfig, readSettings } from '../../src/server/config.ts';
import { announce } from '../child.ts';

const { settings } = readSettings();
const config = createConfig({ ...settings, PORT: '0', RATE_LIMIT_PER_SECOND: '0' }, 'production');
const app = await createApp(config, {
  secretKey: config.secretKey ?? '',
  ownsProcess: true,
  logger: createLogger('info', { write: () => {} }),
  recordsRequests: process.argv[2] !== 'unrecorded',
});
announce(Number(new URL(await app.listen()).port));
