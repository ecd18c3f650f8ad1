/**
 * What conformance programs find with the argument `gateways`: a platform, and before it every gateway of
 * deploy/gateways/. Each is an edge of Twilio's API, `api.nginx.us1.twilio.com`: one run meets all. In the region
 * `down`, a gateway does not reach us.
 */

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { revokeAuthorization } from '../../src/authorizations/operations.ts';
import { startWorld, type World } from '../gateway/gateway.ts';
import { INSTALLED, type Program } from '../gateways/fronts.ts';
import { type Front, openFront, settingsFor, startPlatform } from '../gateways/scene.ts';
import type { TestServer } from '../support/server.ts';
import { type Check, GATEWAY_CHECKS, GATEWAY_DOWN_CHECKS } from './checks.ts';

export interface Gateways {
  /** The server of the scene, at a URL that leads to the gateways. */
  server: TestServer;
  gateways: readonly { edge: string; checks: readonly Check[] }[];
  /** What the programs are told in environment variables. */
  variables: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function startGateways(): Promise<Gateways> {
  const platform = await startPlatform();
  const world = await startWorld('sqlite', settingsFor(platform));
  const { server } = world;
  const fronts = new Map<string, Front>();
  const close = async () => {
    for (const front of fronts.values()) await front.close();
    await platform.close();
    await server.close();
  };
  try {
    for (const program of INSTALLED) {
      fronts.set(edgeOf(program), await openFront(program, server, platform));
    }
    const variables = await variablesOf(world);
    const switchboard = await startSwitchboard(fronts);
    return {
      server: { ...server, url: switchboard.url },
      gateways: INSTALLED.map((program) => ({
        edge: edgeOf(program),
        checks: saysOutage(program) ? [...GATEWAY_CHECKS, ...GATEWAY_DOWN_CHECKS] : GATEWAY_CHECKS,
      })),
      variables: {
        ...variables,
        GATEWAYS: INSTALLED.map(edgeOf).join(' '),
        GATEWAYS_DOWN: INSTALLED.filter(saysOutage).map(edgeOf).join(' '),
      },
      async close() {
        switchboard.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Who asks, and for whom. */
async function variablesOf(world: World): Promise<Record<string, string>> {
  const { server } = world;
  const { customer } = server;
  const reader = await world.authorize(['get-all']);
  const writer = await world.authorize(['post-all']);
  const revoked = await world.authorize(['get-all', 'post-all']);
  await revokeAuthorization(server.context, {
    accountSid: customer.accountSid,
    connectAppSid: revoked.connectAppSid,
  });
  const suspended = await server.createAccount();
  await server.setAccountStatus(suspended.accountSid, 'suspended');
  return {
    CUSTOMER_SID: customer.accountSid,
    CUSTOMER_TOKEN: customer.authToken,
    READER_SID: reader.app.accountSid,
    WRITER_SID: writer.app.accountSid,
    REVOKED_SID: revoked.app.accountSid,
    SUSPENDED_SID: suspended.accountSid,
    SUSPENDED_TOKEN: suspended.authToken,
    OTHER_SID: (await server.createAccount()).accountSid,
    RECORDING_SID: `RE${'0'.repeat(32)}`,
  };
}

function edgeOf({ name }: Program): string {
  return name.toLowerCase().replaceAll(' ', '-');
}

/** Whether it can tell of an outage in Twilio's form; the proxy mode asks nobody. */
function saysOutage({ command, hasOwnPages = false }: Program): boolean {
  return command !== undefined && !hasOwnPages;
}

/** Joins each connection with the gateway that its first request names as the edge. */
async function startSwitchboard(fronts: ReadonlyMap<string, Front>) {
  const connections = new Set<Socket>();
  const board = createServer((client) => {
    connections.add(client);
    client.on('error', () => client.destroy());
    client.once('data', (first) => {
      const head = first.toString('latin1');
      const [, edge = '', region] = /^host: api\.([a-z-]+)\.([a-z0-9]+)\./im.exec(head) ?? [];
      const front = fronts.get(edge);
      // `exec` looks whether a server is there.
      if (!front) return client.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      front.relay.setMode(region === 'down' ? 'drops the connection' : 'passes on');
      const gateway = connect(front.port, '127.0.0.1');
      gateway.on('error', () => client.destroy());
      gateway.write(first);
      client.pipe(gateway).pipe(client);
    });
  });
  board.listen(0, '127.0.0.1');
  await once(board, 'listening');
  const address = board.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      for (const connection of connections) connection.destroy();
      board.close();
    },
  };
}
