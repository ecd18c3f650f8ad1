/** /openapi.json as linters see it: not even a hint. */

import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { startServer } from '../support/server.ts';
import { createScratch, findObstacle, run, writeDescription } from './tools.ts';

const REDOCLY = 'node_modules/@redocly/cli/bin/cli.js';
const SPECTRAL = 'node_modules/@stoplight/spectral-cli/dist/index.js';
const skip = findObstacle(REDOCLY, SPECTRAL);

for (const ALLOW_CONNECT_APP_DELETE of ['true', 'false']) {
  describe(`/openapi.json with ALLOW_CONNECT_APP_DELETE=${ALLOW_CONNECT_APP_DELETE}`, {
    skip,
  }, () => {
    let scratch: string;
    let file: string;
    before(async () => {
      scratch = await createScratch();
      const server = await startServer({
        engine: 'sqlite',
        settings: { ALLOW_CONNECT_APP_DELETE },
      });
      file = await writeDescription(server, scratch);
      await server.close();
    });
    after(() => rm(scratch, { recursive: true, force: true }));

    it('is clean to Redocly, with its warnings as errors', async () => {
      const parameters = [REDOCLY, 'lint', '--config', 'redocly.yaml', file];
      const { code, output } = await run(process.execPath, parameters);
      assert.equal(code, 0, output);
      assert.match(output, /is valid/);
    });

    it('is clean to Spectral, down to its hints', async () => {
      const parameters = ['lint', '--ruleset', '.spectral.yaml', '--fail-severity', 'hint', file];
      const { code, output } = await run(process.execPath, [SPECTRAL, ...parameters]);
      assert.equal(code, 0, output);
      assert.match(output, /No results/);
    });
  });
}
