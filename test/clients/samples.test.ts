/**
 * The samples of /openapi.json, each run as its first line says: under `exec`, and curl without. Go and Java
 * are compiled alone, for time; Ruby, PHP and C#, whose libraries our registries do not serve, are parsed.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createApiKey } from '../../src/api-keys/operations.ts';
import { authorizeConnectApp } from '../../src/authorizations/operations.ts';
import { EXAMPLE_PROPERTIES } from '../../src/connect-apps/connect-app.ts';
import { addConnectApp } from '../../src/connect-apps/operations.ts';
import { arrayOf, objectOf, stringOf } from '../api/narrow.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { folderOf } from './describe-client.ts';
import { runUnderExec } from './run-under-exec.ts';

interface Sample {
  operationId: string;
  label: string;
  source: string;
}

/** In the order in which they can run one after the other. */
const OPERATIONS = [
  'ListAccount',
  'CreateAccount',
  'FetchAccount',
  'UpdateAccount',
  'ListConnectApp',
  'FetchConnectApp',
  'UpdateConnectApp',
  'ListAuthorizedConnectApp',
  'FetchAuthorizedConnectApp',
  'DeleteConnectApp',
  ...['Key', 'SigningKey'].flatMap((key) => [
    `List${key}`,
    `CreateNew${key}`,
    `Fetch${key}`,
    `Update${key}`,
    `Delete${key}`,
  ]),
];
/** The key of the description's examples, in whose place stands one that exists. */
const EXAMPLE_KEY_SID = 'SK00000000000000000000000000000001';
const LABELS = ['curl', 'Node.js', 'Python', 'Ruby', 'PHP', 'Go', 'Java', 'C#', 'twilio-cli'];

interface Runner {
  label: string;
  file: string;
  command(file: string): readonly string[];
  obstacle?: string | undefined;
}

const notInstalled = (path: string) =>
  existsSync(path) ? undefined : 'test/clients/install.sh has not installed it';
const python = join(folderOf('python'), '.venv/bin/python');
const javaLibraries = join(folderOf('java'), 'target/lib');
const cliPrograms = join(folderOf('cli'), 'node_modules/.bin');

const RUNNERS: readonly Runner[] = [
  { label: 'curl', file: 'example.sh', command: (file) => ['sh', file] },
  { label: 'Node.js', file: 'example.mjs', command: (file) => ['node', file] },
  {
    label: 'Python',
    file: 'example.py',
    command: (file) => [python, file],
    obstacle: notInstalled(python),
  },
  {
    label: 'twilio-cli',
    file: 'example.sh',
    command: (file) => ['sh', '-c', `PATH="${cliPrograms}:$PATH"; . ./${file}`],
    obstacle: notInstalled(cliPrograms),
  },
];

/** What reads a program without running it. */
const PARSERS = [
  { label: 'Ruby', command: ['ruby', '-c'] },
  { label: 'PHP', command: ['php', '-l'] },
  {
    label: 'C#',
    command: [process.execPath, join(import.meta.dirname, '../support/parse-csharp.ts')],
  },
] as const;

describe('the samples of /openapi.json', () => {
  let server: TestServer;
  let scratch: string;
  let samples: Sample[];
  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'connect-apps-samples-'));
    await symlink(join(import.meta.dirname, '../../node_modules'), join(scratch, 'node_modules'));
    server = await startServer({
      engine: 'sqlite',
      settings: { ALLOW_CONNECT_APP_DELETE: 'true' },
    });
    const { json } = await server.request('GET', '/openapi.json');
    samples = Object.entries(objectOf(objectOf(json).paths)).flatMap(([path, item]) =>
      Object.entries(objectOf(item))
        .filter(([method]) => method !== 'parameters' && path.endsWith('.json'))
        .flatMap(([, operation]) => samplesOf(objectOf(operation))),
    );
  });
  after(async () => {
    await server?.close();
    if (scratch) await rm(scratch, { recursive: true, force: true });
  });

  function samplesOf(operation: Record<string, unknown>): Sample[] {
    return arrayOf(operation['x-codeSamples']).map((sample) => ({
      operationId: stringOf(operation.operationId),
      label: stringOf(objectOf(sample).label),
      source: stringOf(objectOf(sample).source),
    }));
  }

  function sampleOf(operationId: string, label: string): string {
    const found = samples.find(
      (sample) => sample.operationId === operationId && sample.label === label,
    );
    assert.ok(found, `${operationId} in ${label}`);
    return found.source;
  }

  it('are there for each operation in JSON, in each client language', () => {
    for (const label of LABELS) {
      const operations = samples.filter((sample) => sample.label === label);
      assert.deepEqual(
        operations.map(({ operationId }) => operationId).toSorted(),
        OPERATIONS.toSorted(),
        label,
      );
    }
  });

  for (const { label, file, command, obstacle } of RUNNERS) {
    it(`run with ${label}`, { skip: obstacle }, async () => {
      const { accountSid } = server.developer;
      const { context, connectAppSid } = server;
      await addConnectApp(context, accountSid, connectAppSid, EXAMPLE_PROPERTIES);
      await authorizeConnectApp(context, { accountSid, connectAppSid });
      let keySid = '';
      // A signing key is written by the same rules as a key, and each run costs a second.
      const isQuick = label === 'curl';
      const operations = OPERATIONS.filter((id) => isQuick || !id.endsWith('SigningKey'));
      for (const operationId of operations) {
        const key = /^(?:List|Fetch).*Key$/.test(operationId)
          ? await createApiKey(context, accountSid, {})
          : undefined;
        keySid = key?.sid ?? keySid;
        const source = sampleOf(operationId, label).replaceAll(EXAMPLE_KEY_SID, keySid);
        await writeFile(join(scratch, file), source);
        const { code, stdout, stderr } = await runUnderExec(server, command(file), scratch);
        assert.equal(code, 0, `${operationId}: ${stdout}${stderr}`);
        if (operationId.startsWith('Delete')) continue;
        assert.match(stdout, /\b(AC|CN|SK)[0-9a-f]{32}\b/, `${operationId}: ${stdout}${stderr}`);
      }
      const path = `/2010-04-01/Accounts/${accountSid}/ConnectApps/${connectAppSid}.json`;
      const gone = await server.request('GET', path, { auth: server.developer });
      assert.equal(gone.status, 404, 'the last one deleted the app');
    });
  }

  for (const { label, command } of PARSERS) {
    const [program] = command;
    const isMissing = spawnSync(program, ['--version']).error !== undefined;
    it(`parse as ${label}`, { skip: isMissing && `there is no ${program}` }, async () => {
      for (const operationId of OPERATIONS) {
        const file = join(scratch, 'parsed');
        await writeFile(file, sampleOf(operationId, label));
        const [, ...options] = command;
        const { status, stdout, stderr } = spawnSync(program, [...options, file]);
        assert.equal(status, 0, `${operationId}: ${stdout}${stderr}`);
      }
    });
  }

  const goModule = ['list', '-m', '-f', '{{.Dir}}', 'github.com/twilio/twilio-go'];
  const offline = { ...process.env, GOPROXY: 'off', GOFLAGS: '-mod=readonly' };
  const found = spawnSync('go', goModule, { cwd: folderOf('go'), env: offline, encoding: 'utf8' });
  const goObstacle =
    found.error || found.stdout.trim() === ''
      ? 'test/clients/install.sh has not installed it'
      : undefined;
  it('compile as Go', { skip: goObstacle }, async () => {
    const folder = join(scratch, 'go');
    for (const operationId of OPERATIONS) {
      const place = join(folder, operationId);
      await mkdir(place, { recursive: true });
      await writeFile(join(place, 'main.go'), sampleOf(operationId, 'Go'));
    }
    for (const file of ['go.mod', 'go.sum']) {
      await cp(join(folderOf('go'), file), join(folder, file));
    }
    const options = { cwd: folder, env: offline, encoding: 'utf8' } as const;
    const { status, stderr } = spawnSync('go', ['vet', './...'], options);
    assert.equal(status, 0, stderr);
  });

  const javac = spawnSync('javac', ['-version']).error === undefined;
  const javaObstacle = javac ? notInstalled(javaLibraries) : 'there is no javac';
  it('compile as Java', { skip: javaObstacle }, async () => {
    const files = await Promise.all(
      OPERATIONS.map(async (operationId) => {
        const file = join(scratch, `${operationId}.java`);
        const source = sampleOf(operationId, 'Java').replace(
          'class Example',
          `class ${operationId}`,
        );
        await writeFile(file, source);
        return file;
      }),
    );
    const options = ['-d', join(scratch, 'classes'), '-cp', join(javaLibraries, '*')];
    const { status, stderr } = spawnSync('javac', [...options, ...files], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  });
});
