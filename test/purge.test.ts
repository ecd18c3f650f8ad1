/** The purge ends with the server, however much is left; the next one goes on. */

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createLogger } from '../src/observability/logger.ts';
import { purge, startPurging } from '../src/server/maintenance.ts';
import type { Database } from '../src/storage/database.ts';
import { openContext } from './support/context.ts';
import { DATABASES } from './support/databases.ts';
import { until } from './support/until.ts';

/** Several times what goes in one transaction. */
const SESSIONS = 2000;

for (const engine of DATABASES) {
  it(`stops between two chunks on ${engine}`, async (t) => {
    const world = await openContext(engine);
    t.after(() => world.close());
    const { database } = world.context;
    const rows = Array.from({ length: SESSIONS }, (_, index) => ({
      digest: `digest ${index}`,
      user_sid: 'US1',
      created_at: 1,
      expires_at: 2,
    }));
    await database.transaction((one) => one.insertInto('sessions').values(rows).execute());
    const left = async () => {
      const all = await database.query.selectFrom('sessions').select('digest').execute();
      return all.length;
    };

    let stopped: Promise<void> | undefined;
    const watched: Database = {
      ...database,
      async transaction(work) {
        const result = await database.transaction(work);
        if ((await left()) < SESSIONS) stopped ??= purging.stop();
        return result;
      },
    };
    const logger = createLogger('silent');
    const purging = startPurging({ ...world.context, database: watched }, logger);
    await until('some are gone', () => stopped !== undefined);
    await stopped;
    assert.equal(await left(), SESSIONS - 100);

    await purge(world.context);
    assert.equal(await left(), 0);
  });
}
