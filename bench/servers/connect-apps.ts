/** The subject: the server as `serve` runs it, on the database file that the environment names. */

import { createApp } from '../../src/app.ts';
import { createConfig, readSettings } from '../../src/config.ts';
import { createLogger } from '../../src/logger.ts';
import { checkSecretKey } from '../../src/secret-key.ts';

const config = createConfig(readSettings(), 'production');
const logger = createLogger(config.logLevel);
const app = await createApp(config, { secretKey: checkSecretKey(config), logger });
const origin = await app.listen();
process.send?.({ port: Number(new URL(origin).port) });
process.on('message', () =>
  process.send?.({ cpu: process.cpuUsage(), rss: process.memoryUsage.rss() }),
);
process.on('disconnect', () => process.exit());
