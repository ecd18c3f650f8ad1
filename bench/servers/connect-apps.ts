/** The subject: the server as `serve` runs it, on the database file that the environment names. */

import { createApp } from '../../src/app.ts';
import { createConfig, readSettings } from '../../src/config.ts';
import { createLogger } from '../../src/logger.ts';
import { checkSecretKey } from '../../src/secret-key.ts';
import { announce } from '../child.ts';

const config = createConfig(readSettings(), 'production');
const logger = createLogger(config.logLevel);
const app = await createApp(config, { secretKey: checkSecretKey(config), logger });
announce(Number(new URL(await app.listen()).port));
