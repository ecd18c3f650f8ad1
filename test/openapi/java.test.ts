/** A Java client made from /openapi.json by openapi-generator: one class a shape, and it works. */

import assert from 'node:assert/strict';
import { mkdir, readdir, rm } from 'node:fs/promises';
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

const GENERATOR = 'java/target/openapi-generator-cli.jar';
const LIBRARIES = join(FOLDER, 'java/target/lib/*');
const CLASSES = [
  'AbstractOpenApiSchema',
  'Account',
  'AccountList',
  'AccountStatus',
  'AccountSubresourceUris',
  'AccountType',
  'AuthorizedConnectApp',
  'AuthorizedConnectAppList',
  'ConnectApp',
  'ConnectAppList',
  'Error',
  'Key',
  'KeyList',
  'NewKey',
  'NewSigningKey',
  'Permission',
  'SigningKey',
  'SigningKeyList',
];
const PACKAGES = 'invokerPackage=client,apiPackage=client.api,modelPackage=client.model';
const SOURCES =
  'apis,models,supportingFiles,apiTests=false,modelTests=false,apiDocs=false,modelDocs=false';

describe('a Java client made from /openapi.json', {
  skip: findObstacle(GENERATOR, 'java/target/lib'),
}, () => {
  let scratch: string;
  let sources: string;
  before(async () => {
    scratch = await createScratch();
    sources = join(scratch, 'src/main/java');
    const server = await startFullServer('sqlite');
    const file = await writeDescription(server, scratch);
    await server.close();
    const { code, output } = await run('java', [
      ...['-jar', join(FOLDER, GENERATOR), 'generate', '--generator-name', 'java'],
      ...['--input-spec', file, '--output', scratch],
      ...['--additional-properties', `openApiNullable=false,${PACKAGES}`],
      ...['--global-property', SOURCES],
    ]);
    assert.equal(code, 0, output);
  });
  after(() => rm(scratch, { recursive: true, force: true }));

  it('has one class for each shape, and none without a name', async () => {
    const files = await readdir(join(sources, 'client/model'));
    assert.deepEqual(files.map((file) => file.replace('.java', '')).sort(), CLASSES);
  });

  it("has Twilio's names for what it can do", async () => {
    const apis = await readdir(join(sources, 'client/api'));
    assert.deepEqual(apis.sort(), [
      'AccountApi.java',
      'AuthorizedConnectAppApi.java',
      'ConnectAppApi.java',
      'CsvApi.java',
      'KeyApi.java',
      'SigningKeyApi.java',
      'XmlApi.java',
    ]);
  });

  it('compiles, and reads and changes what a server has', async (context) => {
    const classes = join(scratch, 'classes');
    await mkdir(classes);
    const files = (await readdir(sources, { recursive: true }))
      .filter((file) => file.endsWith('.java'))
      .map((file) => join(sources, file));
    const program = join(FOLDER, 'java/Calls.java');
    const options = [
      '-nowarn',
      '-proc:none',
      '-encoding',
      'UTF-8',
      '-d',
      classes,
      '-cp',
      LIBRARIES,
    ];
    const { code, output } = await run('javac', [...options, ...files, program]);
    assert.equal(code, 0, output);

    for (const engine of DATABASES) {
      await context.test(`on ${engine}`, async (test) => {
        const server = await startFullServer(engine);
        test.after(() => server.close());
        await checkCalls(server, (parameters) =>
          run('java', ['-cp', `${classes}:${LIBRARIES}`, 'Calls', ...parameters]),
        );
      });
    }
  });
});
