/** A TypeScript client made from /openapi.json by openapi-typescript: one type a shape, and it works. */

import assert from 'node:assert/strict';
import { copyFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DATABASES } from '../support/databases.ts';
import { checkCalls } from './calls.ts';
import {
  createScratch,
  FOLDER,
  findObstacle,
  run,
  startFullServer,
  writeDescription,
} from './tools.ts';

const GENERATOR = 'node_modules/openapi-typescript/bin/cli.js';
const COMPILER = 'node_modules/typescript/bin/tsc';
const skip = findObstacle(GENERATOR, COMPILER, 'node_modules/openapi-fetch');

describe('a TypeScript client made from /openapi.json', { skip }, () => {
  let scratch: string;
  before(async () => {
    scratch = await createScratch();
    const server = await startFullServer('sqlite');
    const file = await writeDescription(server, scratch);
    await server.close();
    const types = join(scratch, 'description.d.ts');
    const { code, output } = await run(process.execPath, [GENERATOR, file, '--output', types]);
    assert.equal(code, 0, output);
    await copyFile(join(FOLDER, 'typescript/calls.ts'), join(scratch, 'calls.ts'));
  });
  after(() => rm(scratch, { recursive: true, force: true }));

  it('has one type for each shape, and none without a name', async () => {
    const types = await readFile(join(scratch, 'description.d.ts'), 'utf8');
    const contents = types.match(/"(application|text)\/[\w-]+": .*/g) ?? [];
    assert.ok(contents.length > 20, types);
    for (const content of contents) assert.match(content, /: components\["schemas"\]\["\w+"\];$/);
  });

  it('compiles', async () => {
    const options =
      '--noEmit --strict --exactOptionalPropertyTypes --module nodenext --target es2024';
    const extra = '--allowImportingTsExtensions --types node --skipLibCheck';
    const parameters = [COMPILER, ...options.split(' '), ...extra.split(' '), 'calls.ts'];
    const { code, output } = await run(process.execPath, parameters.map(inFolder), scratch);
    assert.equal(code, 0, output);
  });

  for (const engine of DATABASES) {
    it(`reads and changes what a server on ${engine} has`, async (context) => {
      const server = await startFullServer(engine);
      context.after(() => server.close());
      await checkCalls(server, (parameters) =>
        run(process.execPath, ['calls.ts', ...parameters], scratch),
      );
    });
  }
});

function inFolder(parameter: string): string {
  return parameter.startsWith('node_modules/') ? join(FOLDER, parameter) : parameter;
}
