/** The running server as Schemathesis sees it: it makes requests of the description, and finds no fault. */

import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { DATABASES } from '../support/databases.ts';
import {
  askWithSchemathesis,
  createScratch,
  findObstacle,
  SCHEMATHESIS,
  startFullServer,
} from './tools.ts';

// Two checks hold a server to a description that says all of its rules. Ours cannot: page tokens are
// opaque, an empty value clears what must otherwise be a URL, a PageSize over 1000 is taken as 1000.
const EXCLUDED = 'positive_data_acceptance,negative_data_rejection';
// It would end the app that all the others need.
const DESTRUCTIVE = '^DeleteConnectApp';

for (const engine of DATABASES) {
  describe(`a server that Schemathesis asks, on ${engine}`, {
    skip: findObstacle(SCHEMATHESIS),
  }, () => {
    it('answers as it is described', async (context) => {
      const server = await startFullServer(engine);
      context.after(() => server.close());
      const scratch = await createScratch();
      context.after(() => rm(scratch, { recursive: true, force: true }));
      const description = `${server.url}/openapi.json`;
      const { code, output } = await askWithSchemathesis(server, scratch, description, [
        ...['--phases', 'examples,coverage,fuzzing'],
        ...['--exclude-checks', EXCLUDED],
        ...['--exclude-operation-id-regex', DESTRUCTIVE],
      ]);
      assert.equal(code, 0, output);
      assert.match(output, /Tested: 57\n/);
    });
  });
}
