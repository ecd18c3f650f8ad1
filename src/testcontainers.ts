/**
 * What `connect-apps/testcontainers` exports: a test server in a container, for tests that run their services in
 * containers. It needs the package `testcontainers`, which is not installed with this one.
 */

import { createInterface } from 'node:readline';
import {
  AbstractStartedContainer,
  GenericContainer,
  type StartedTestContainer,
  Wait,
} from 'testcontainers';

const PORT = 2010;

/** A world as the control plane describes it. */
export interface ContainerWorld {
  id: string;
  /** Where the world answers, as the test reaches it. */
  url: string;
  developer: { accountSid: string; authToken: string; email: string; password: string };
  customer: { accountSid: string; authToken: string; email: string; password: string };
  /** An app of the developer. */
  connectApp: string;
  /** The URL of the inbox. */
  inbox: string;
  /** For a process on the test's side. */
  env: Record<string, string>;
}

/**
 * The container of `connect-apps test-server`.
 *
 * @example
 * import { ConnectAppsContainer } from 'connect-apps/testcontainers';
 *
 * await using server = await new ConnectAppsContainer().start();
 * const world = await server.world({ seed: 1 });
 * await server.control(`/worlds/${world.id}/clock`, 'POST', { advance: '3d' });
 */
export class ConnectAppsContainer extends GenericContainer {
  constructor(image = 'connect-apps:test') {
    super(image);
    this.withExposedPorts(PORT)
      .withCommand(['test-server', '--host', '0.0.0.0', '--port', `${PORT}`, '--json', '--keep'])
      .withWaitStrategy(Wait.forHttp('/_test/health', PORT));
  }

  override async start(): Promise<StartedConnectAppsContainer> {
    const started = await super.start();
    return new StartedConnectAppsContainer(started, await findKey(started));
  }
}

/** A test server that answers. */
export class StartedConnectAppsContainer extends AbstractStartedContainer {
  /** Where the first world answers. */
  readonly url: string;
  /** The key of the control plane. */
  readonly key: string;

  constructor(started: StartedTestContainer, key: string) {
    super(started);
    this.url = `http://${started.getHost()}:${started.getMappedPort(PORT)}`;
    this.key = key;
  }

  /** Adds a world of its own for a test. */
  async world(
    options: { seed?: number; now?: string; fixture?: object } = {},
  ): Promise<ContainerWorld> {
    return this.control<ContainerWorld>('/worlds', 'POST', options);
  }

  /** Asks the control plane, and returns its answer; throws with its sentence when it refuses. */
  async control<Answer = Record<string, unknown>>(
    path: string,
    method = 'GET',
    body?: object,
  ): Promise<Answer> {
    const reply = await fetch(`${this.url}/_test${path}`, {
      method,
      headers: { authorization: `Bearer ${this.key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    const answer = text === '' ? undefined : JSON.parse(text);
    // 408: what was waited for did not come.
    if (reply.ok || reply.status === 408) return answer;
    throw new Error(answer?.message ?? `The control plane answered ${reply.status}.`);
  }
}

/** The key is in the ready line alone, on standard output. */
async function findKey(started: StartedTestContainer): Promise<string> {
  const logs = await started.logs();
  for await (const line of createInterface({ input: logs })) {
    const json = line.slice(line.indexOf('{'));
    if (json.startsWith('{"ready":true')) {
      logs.destroy();
      return JSON.parse(json).key;
    }
  }
  throw new Error('The container printed no ready line.');
}
