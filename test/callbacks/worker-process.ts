/** A process that does nothing but deliver: DATABASE_URL CLOCK_OFFSET_MS. */

import { startCallbackWorker } from '../../src/callbacks/worker.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createGuardedClient } from '../../src/outgoing/guarded-client.ts';
import { createConfig } from '../../src/server/config.ts';
import { createContext } from '../../src/server/context.ts';
import { TEST_SECRET_KEY } from '../support/context.ts';

const [databaseUrl = '', offsetMs = '0'] = process.argv.slice(2);
const config = createConfig({ DATABASE_URL: databaseUrl }, 'development');
const clock = { now: () => Date.now() + Number(offsetMs) };
startCallbackWorker(createContext(config, { secretKey: TEST_SECRET_KEY, clock }), {
  client: createGuardedClient({ allowedNetworks: ['127.0.0.0/8'] }),
  logger: createLogger('silent'),
});
