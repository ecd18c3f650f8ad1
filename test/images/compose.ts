/** The files of deploy/compose, started by the commands of docs/containers.md. */

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { blockOf } from '../support/guide.ts';
import { obstacleWithout } from '../support/obstacle.ts';
import { until } from '../support/until.ts';
import type { Engine } from './engine.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = 'containers.md';
const CADDY = join(ROOT, 'test/gateways/.venv/bin/caddy');
/** Why production is skipped here, for node:test; in CI it is not, it fails. */
export const PRODUCTION_OBSTACLE = obstacleWithout(CADDY, 'bash test/gateways/install.sh');
const START_MS = 300_000;
/** What an app of a user does first: it asks Twilio who it is. */
const APP = `const credentials = btoa(process.env.TWILIO_ACCOUNT_SID + ':' + process.env.TWILIO_AUTH_TOKEN);
fetch('https://api.twilio.com/2010-04-01/Accounts/' + process.env.TWILIO_ACCOUNT_SID + '.json', {
  headers: { authorization: 'Basic ' + credentials },
}).then((reply) => reply.json()).then((account) => console.log('I am', account.friendly_name));
`;

/** Two servers behind Caddy answer with TLS, and one of them stops and starts without a failed request. */
export async function tryProduction({ shell }: Engine): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'connect-apps-compose-'));
  cpSync(join(ROOT, 'deploy/compose'), join(folder, 'deploy/compose'), { recursive: true });
  freePorts(join(folder, 'deploy/compose/production.yaml'));
  const base = /^ARG BUILD=(.+)$/m.exec(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'))?.[1];
  await shell(`bash test/images/others.sh ${base}`);
  const block = (name: string) =>
    `cd ${folder}\n${blockOf(`sh ${name}`, PAGE).replace('connect.example.com', 'localhost')}`;
  try {
    await shell(block('production-secrets'));
    await shell(`${block('production')} >&2`);
    const origin = `https://localhost:${await portOf('caddy', 443, shell)}`;
    const authority = 'docker exec compose_caddy_1 cat /data/caddy/pki/authorities/local/root.crt';
    await until('Caddy has its authority', () => succeeds(shell(authority)), START_MS);
    const dispatcher = new Agent({ connect: { ca: await shell(authority) }, pipelining: 0 });
    const get = async (path: string, authorization = '') => {
      const reply = await request(origin + path, { dispatcher, headers: { authorization } });
      return { status: reply.statusCode, text: await reply.body.text() };
    };
    await until('a server is ready', async () => (await get('/readyz')).status === 200, START_MS);
    const printed: string[] = [];
    await until(
      'there is an account',
      async () => {
        const text = await shell(block('production-account'));
        // podman-compose says around it what it does, and does not fail when a command fails.
        printed.push(...(/^\{.*"auth_token".*\}$/ms.exec(text) ?? []));
        return printed.length > 0;
      },
      START_MS,
    );
    const account = JSON.parse(printed.join());
    const path = `/2010-04-01/Accounts/${account.sid}.json`;
    const authorization = `Basic ${btoa(`${account.sid}:${account.auth_token}`)}`;

    let isRestarting = true;
    const restarted = shell(`docker stop --time 30 compose_server-1_1
docker start compose_server-1_1
${untilHealthy('compose_server-1_1')}`).finally(() => {
      isRestarting = false;
    });
    const answers = new Set<string>();
    while (isRestarting) {
      const { status, text } = await get(path, authorization);
      // Whoever is told to ask again in a second does: a busy machine refuses what it cannot do in time.
      const isLater = status === 503 && text.includes('"code":20503');
      if (!isLater) answers.add(status === 200 ? '200' : `${status} ${text}`);
      // Fewer than the rate limit allows.
      await setTimeout(isLater ? 1100 : 20);
    }
    await restarted;
    assert.deepEqual([...answers], ['200']);
    await dispatcher.close();
  } catch (error) {
    throw await withLogs(error, shell);
  } finally {
    await removeProjects(shell);
    rmSync(folder, { recursive: true });
  }
}

/** An app in a container of its own asks Twilio, and the test server answers. */
export async function tryDevelopment({ shell }: Engine): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'connect-apps-compose-'));
  const name = folder.slice(tmpdir().length + 1).toLowerCase();
  for (const file of ['development.yaml', 'development.json']) {
    cpSync(join(ROOT, 'deploy/compose', file), join(folder, file));
  }
  freePorts(join(folder, 'development.yaml'));
  writeFileSync(join(folder, 'compose.yaml'), blockOf('yaml app', PAGE));
  freePorts(join(folder, 'compose.yaml'));
  writeFileSync(join(folder, 'server.js'), APP);
  const up = blockOf('sh development', PAGE);
  try {
    // As npm would have installed it.
    await shell(`cd ${folder}
mkdir -p node_modules/.bin
docker cp $(docker create connect-apps):/app node_modules/connect-apps
ln -s ../connect-apps/bin/connect-apps.js node_modules/.bin/connect-apps
{ ${up} } >&2
${untilHealthy(`${name}_connect-apps_1`)}
# Which Docker's compose would have waited for.
docker restart --time 0 ${name}_app_1 >&2`);
    await until(
      'the app knows who it is',
      async () => /I am Developer/.test(await shell(`docker logs ${name}_app_1 2>&1`)),
      START_MS,
    );
  } catch (error) {
    throw await withLogs(error, shell);
  } finally {
    await removeProjects(shell);
    rmSync(folder, { recursive: true });
  }
}

const OF_COMPOSE = '--quiet --filter label=com.docker.compose.project';

/** The failure, with what the containers say: nobody can look at those of CI. */
async function withLogs(error: unknown, shell: Engine['shell']): Promise<Error> {
  const logs = await shell(`docker ps --all
for container in $(docker ps --all ${OF_COMPOSE}); do
  docker inspect --format '--- {{.Name}}' $container
  docker logs --tail 40 $container 2>&1
done`).catch(String);
  return new Error(logs, { cause: error });
}

/**
 * Removes whatever Compose has made. podman-compose's own down leaves the networks, and a container that its restart
 * policy starts again in the meantime.
 */
export async function removeProjects(shell: Engine['shell']): Promise<void> {
  for (const [kind, list] of [
    ['rm --force --time 0', 'ps --all'],
    ['volume rm --force', 'volume ls'],
    ['network rm --force', 'network ls'],
  ]) {
    await shell(`docker ${list} ${OF_COMPOSE} | xargs --no-run-if-empty docker ${kind}`);
  }
}

function untilHealthy(container: string): string {
  return `timeout ${START_MS / 1000} bash -c 'until docker healthcheck run ${container}; do sleep 0.2; done' >&2`;
}

function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}

/** Has a file of Compose publish on free ports of loopback: ports of this machine may be taken, those inside never are. */
export function freePorts(file: string): void {
  const content = readFileSync(file, 'utf8');
  const changed = content.replace(/^( +- )"(?:127\.0\.0\.1:)?\d+:(\d+)"$/gm, '$1"127.0.0.1::$2"');
  assert.notEqual(changed, content);
  writeFileSync(file, changed);
}

async function portOf(service: string, port: number, shell: Engine['shell']): Promise<string> {
  const address = await shell(`docker port compose_${service}_1 ${port}/tcp`);
  return address.slice(address.lastIndexOf(':') + 1);
}
