/** Any number of processes may bring one empty database up to date at the same time. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { runCommand } from '../support/cli.ts';
import { TEST_SECRET_KEY } from '../support/context.ts';
import { DATABASES, emptyDatabase } from '../support/databases.ts';

const PROCESSES = 5;

for (const engine of DATABASES) {
  it(`each migration runs once in ${PROCESSES} processes that start together on ${engine}`, async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'connect-apps-race-'));
    context.after(() => rm(folder, { recursive: true, force: true }));
    const url = await emptyDatabase(engine, folder);
    const outcomes = await Promise.all(
      Array.from({ length: PROCESSES }, () =>
        runCommand(folder, ['migrate', '--json', '--database-url', url]),
      ),
    );
    const applied = outcomes.flatMap(({ exitCode, stdout, stderr }) => {
      assert.equal(exitCode, 0, stderr);
      return JSON.parse(stdout).applied;
    });
    assert.deepEqual(applied.sort(), [
      '0001-accounts-and-connect-apps',
      '0002-people-authorizations-callbacks',
      '0004-callbacks-due-by-owner',
    ]);
    const doctor = await runCommand(folder, ['doctor', '--database-url', url], {
      SECRET_KEY: TEST_SECRET_KEY,
    });
    assert.equal(doctor.exitCode, 0, doctor.stdout);
  });
}
