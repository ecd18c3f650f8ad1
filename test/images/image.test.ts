/** The image, built and run by the commands of docs/containers.md, and what it must not have. */

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { HELM_OBSTACLE } from '../deploy/kubernetes/helm.ts';
import { blockOf } from '../support/guide.ts';
import {
  freePorts,
  PRODUCTION_OBSTACLE,
  removeProjects,
  tryDevelopment,
  tryProduction,
} from './compose.ts';
import { createEngine, type Engine, IMAGE_OBSTACLE } from './engine.ts';
import { tryPod } from './pod.ts';

const PAGE = 'containers.md';
/** What the image may add to its base, as a registry stores it. */
const LARGEST_BYTES = 60_000_000;

describe('the image', { skip: IMAGE_OBSTACLE }, () => {
  let engine: Engine;
  before(async () => {
    engine = await createEngine();
    await engine.shell(blockOf('sh build', PAGE));
  });
  after(() => engine?.close());

  it('answers the first request of a stranger', async () => {
    const { shell } = engine;
    // Another port of this machine, which may be taken; the one inside never is.
    await shell(blockOf('sh try', PAGE).replace('127.0.0.1:2010:', '127.0.0.1::'));
    const place = await shell('docker port connect-apps-try 2010/tcp');
    const request = blockOf('sh request', PAGE).replaceAll('127.0.0.1:2010', place).trim();
    const retries = '--silent --fail --retry 50 --retry-delay 1 --retry-all-errors';
    const account = JSON.parse(await shell(`${request} ${retries}`));
    assert.equal(account.status, 'active');
    await shell('docker rm --force connect-apps-try');
  });

  it('serves, and ends with 0 when it is told to', async () => {
    const { shell } = engine;
    // Another port of this machine, which may be taken; the one inside never is.
    const serve = blockOf('sh serve', PAGE).replace('127.0.0.1:2010:', '127.0.0.1::');
    const printed = await shell(`{
${blockOf('sh prepare', PAGE)}
${serve}
timeout 60 bash -c 'until docker healthcheck run connect-apps; do sleep 0.2; done'
} >&2
${blockOf('sh command', PAGE)}`);
    const account = JSON.parse(printed);
    const origin = `http://${await shell('docker port connect-apps 2010/tcp')}`;
    const authorization = `Basic ${btoa(`${account.sid}:${account.auth_token}`)}`;
    const reply = await fetch(`${origin}/2010-04-01/Accounts/${account.sid}.json`, {
      headers: { authorization },
    });
    assert.equal(reply.status, 200);
    await shell(blockOf('sh stop', PAGE));
    assert.equal(await shell("docker inspect --format '{{.State.ExitCode}}' connect-apps"), '0');
  });

  it('ends a command that waits for its input, too', async () => {
    const code = await engine.shell(`{
export CONNECT_APPS_SECRET_KEY=$(openssl rand -hex 32)
options='--env CONNECT_APPS_SECRET_KEY --volume waits:/data'
docker run --rm $options connect-apps migrate
docker run --detach --interactive --name waits $options connect-apps users create --email ada@example.com --operator
# Until it listens: a process that only starts cannot.
timeout 60 bash -c 'while docker kill --signal TERM waits; do sleep 0.2; done' || true
docker logs waits
} >&2
docker inspect --format '{{.State.ExitCode}}' waits`);
    assert.equal(code, '143');
  });

  it('is migrated and served by compose.yaml', async () => {
    const { shell } = engine;
    const folder = mkdtempSync(join(tmpdir(), 'connect-apps-compose-'));
    const file = join(folder, 'compose.yaml');
    cpSync(join(import.meta.dirname, '../../compose.yaml'), file);
    freePorts(file);
    // Without --build: the image is there.
    const up = blockOf('sh compose', PAGE).replace('--build ', '');
    const image = await shell(`cd ${folder}
${up}
cd /
name=$(docker ps --all --format '{{.Names}}' | grep server)
timeout 60 bash -c "until docker healthcheck run $name; do sleep 0.2; done" >&2
docker inspect --format '{{.ImageName}}' "$name"`);
    assert.match(image.split('\n').at(-1) ?? '', /connect-apps/);
    await removeProjects(shell);
    rmSync(folder, { recursive: true });
  });

  it('serves worlds to tests, by the module for Testcontainers', async () => {
    await engine.shell(blockOf('sh test image', PAGE));
    process.env.DOCKER_HOST = await engine.serveApi();
    // What removes containers after a test that was killed is an image of a registry.
    process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';
    // Read when it is loaded.
    const { ConnectAppsContainer } = await import('../../src/testcontainers.ts');
    const server = await new ConnectAppsContainer().start();
    try {
      const world = await server.world({ seed: 1, now: '2026-01-01T00:00:00Z' });
      const { accountSid, authToken } = world.developer;
      const reply = await fetch(`${world.url}/2010-04-01/Accounts/${accountSid}.json`, {
        headers: { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` },
      });
      assert.equal(reply.status, 200);
      const clock = `/worlds/${world.id}/clock`;
      assert.deepEqual(await server.control(clock, 'POST', { advance: '5m' }), {
        now: '2026-01-01T00:05:00.000Z',
        done: [],
      });
      await assert.rejects(server.control(clock, 'POST', { advance: 'soon' }), /soon is no span/);
    } finally {
      await server.stop();
      delete process.env.DOCKER_HOST;
      delete process.env.TESTCONTAINERS_RYUK_DISABLED;
    }
  });

  it(
    'is served by two servers with PostgreSQL and TLS, of which one may stop',
    {
      skip: PRODUCTION_OBSTACLE,
    },
    () => tryProduction(engine),
  );

  it('serves an app of a user in the next container', () => tryDevelopment(engine));

  it('runs in the pod of the Helm chart', { skip: HELM_OBSTACLE }, () => tryPod(engine));

  it('has no shell, no root, and no package manager', async () => {
    const { shell } = engine;
    assert.equal(
      await shell("docker inspect --format '{{.Config.User}}' connect-apps"),
      '65532:65532',
    );
    const files = (await shell('docker export $(docker create connect-apps) | tar t')).split('\n');
    const unwanted = [
      /^(?:usr\/)?s?bin\/(?:sh|bash|dash|apt|npm)$/,
      /^app\/(?:test|bench|docs|node_modules\/typescript)\//,
      /better-sqlite3\/(?:deps|src)\//,
      /(?:darwin|win32|musl)[\w-]*\.node$/,
    ];
    assert.deepEqual(
      files.filter((file) => unwanted.some((pattern) => pattern.test(file))),
      [],
    );
    assert.ok(files.some((file) => /prebuilds\/linux-\w+\.node$/.test(file)));
  });

  it('adds at most 60 MB to its base', async (test) => {
    const sizeOf = async (image: string) =>
      Number(await engine.shell(`docker save --format oci-archive ${image} | gzip -1 | wc -c`));
    const base = /^ARG RUN=(.+)$/m.exec(await engine.shell('cat Dockerfile'))?.[1] ?? '';
    const added = (await sizeOf('connect-apps')) - (await sizeOf(base));
    test.diagnostic(`${added} bytes`);
    assert.ok(added < LARGEST_BYTES, `${added} bytes`);
  });
});
