/**
 * What conformance programs find with the argument `gateways`: a platform, and before it every gateway of
 * deploy/gateways/. Each is an edge of Twilio's API, `api.nginx.us1.twilio.com`: one run meets all.
 */

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { revokeAuthorization } from '../../src/authorizations/operations.ts';
import { startWorld } from '../gateway/gateway.ts';
import { INSTALLED } from '../gateways/fronts.ts';
import { type Front, openFront, settingsFor, startPlatform } from '../gateways/scene.ts';
import type { TestServer } from '../support/server.ts';

export interface Gateways {
  /** The server of the scene, at a URL that leads to the gateways. */
  server: TestServer;
  /** As edges. */
  names: readonly string[];
  /** What the programs are told in environment variables. */
  variables: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function startGateways(): Promise<Gateways> {
  const platform = await startPlatform();
  const world = await startWorld('sqlite', settingsFor(platform));
  const { server } = world;
  const { customer } = server;
  const fronts = await Promise.all(
    INSTALLED.map(
      async (program): Promise<[string, Front]> => [
        program.name.toLowerCase().replaceAll(' ', '-'),
        await openFront(program, server, platform),
      ],
    ),
  );
  const switchboard = await startSwitchboard(
    new Map(fronts.map(([name, { port }]) => [name, port])),
  );
  const reader = await world.authorize(['get-all']);
  const writer = await world.authorize(['post-all']);
  const revoked = await world.authorize(['get-all', 'post-all']);
  await revokeAuthorization(server.context, {
    accountSid: customer.accountSid,
    connectAppSid: revoked.connectAppSid,
  });
  const suspended = await server.createAccount();
  await server.setAccountStatus(suspended.accountSid, 'suspended');
  const names = fronts.map(([name]) => name);
  return {
    server: { ...server, url: switchboard.url },
    names,
    variables: {
      GATEWAYS: names.join(' '),
      CUSTOMER_SID: customer.accountSid,
      CUSTOMER_TOKEN: customer.authToken,
      READER_SID: reader.app.accountSid,
      WRITER_SID: writer.app.accountSid,
      REVOKED_SID: revoked.app.accountSid,
      SUSPENDED_SID: suspended.accountSid,
      SUSPENDED_TOKEN: suspended.authToken,
      OTHER_SID: (await server.createAccount()).accountSid,
      RECORDING_SID: `RE${'0'.repeat(32)}`,
    },
    async close() {
      switchboard.close();
      for (const [, front] of fronts) await front.close();
      await platform.close();
      await server.close();
    },
  };
}

/** Joins each connection with the gateway that its first request names as the edge. */
async function startSwitchboard(ports: ReadonlyMap<string, number>) {
  const connections = new Set<Socket>();
  const board = createServer((client) => {
    connections.add(client);
    client.on('error', () => client.destroy());
    client.once('data', (first) => {
      const [, edge = ''] = /^host: api\.([a-z0-9-]+)\./im.exec(first.toString('latin1')) ?? [];
      const port = ports.get(edge);
      // `exec` looks whether a server is there.
      if (port === undefined) return client.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      const gateway = connect(port, '127.0.0.1');
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
