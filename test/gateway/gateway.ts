/** A server with a port for gateways, a customer's family, and ways to ask as each gateway does. */

import { createApiKey } from '../../src/api-keys/operations.ts';
import { authorizeConnectApp } from '../../src/authorizations/operations.ts';
import type { Permission } from '../../src/connect-apps/permissions.ts';
import type { Settings } from '../../src/server/config.ts';
import type { Engine } from '../../src/storage/database.ts';
import {
  type Credentials,
  type Reply,
  type RequestOptions,
  send,
  startServer,
  type TestServer,
} from '../support/server.ts';

export interface World {
  server: TestServer;
  /** Asks as Traefik and Caddy do. */
  ask(method: string, target: string, options?: RequestOptions): Promise<Reply>;
  askNginx(method: string, target: string, options?: RequestOptions): Promise<Reply>;
  askDenial(method: string, target: string, options?: RequestOptions): Promise<Reply>;
  askEnvoy(method: string, target: string, options?: RequestOptions): Promise<Reply>;
  /** Sends a request to the port of gateways. */
  send(method: string, path: string, options?: RequestOptions): Promise<Reply>;
  /** Lets the demo's customer authorize a new app; returns the app as it calls, and its SID. */
  authorize(permissions: Permission[]): Promise<{ app: Credentials; connectAppSid: string }>;
  createKey(accountSid: string, type: 'Standard' | 'Main'): Promise<Credentials>;
}

export async function startWorld(engine: Engine, settings: Settings = {}): Promise<World> {
  const server = await startServer({ engine, settings: { GATEWAY_PORT: '0', ...settings } });
  const { context, developer, customer, gatewayUrl } = server;
  /** A gateway takes 503 for an answer. */
  const ask: World['send'] = (method, path, options) =>
    send(gatewayUrl, method, path, { ...options, isPatient: false });
  const as =
    (path: string, methodName: string, targetName: string): World['ask'] =>
    (method, target, options = {}) => {
      const headers = { [methodName]: method, [targetName]: target, ...options.headers };
      return ask('GET', path, { ...options, headers });
    };
  return {
    server,
    ask: as('/connect/v1/decide/forwarded', 'x-forwarded-method', 'x-forwarded-uri'),
    askNginx: as('/connect/v1/decide/nginx', 'x-original-method', 'x-original-uri'),
    askDenial: as('/connect/v1/denial', 'x-original-method', 'x-original-uri'),
    askEnvoy: (method, target, options) =>
      ask(method, `/connect/v1/decide/envoy${target}`, options),
    send: ask,
    async authorize(permissions) {
      const properties = { permissions, authorizeRedirectUrl: 'https://app.example.com/' };
      const [connectAppSid = ''] = await server.createApps(
        developer.accountSid,
        1,
        () => properties,
      );
      const { subaccountSid } = await authorizeConnectApp(context, {
        accountSid: customer.accountSid,
        connectAppSid,
      });
      return {
        app: { accountSid: subaccountSid, authToken: developer.authToken },
        connectAppSid,
      };
    },
    async createKey(accountSid, type) {
      const key = await createApiKey(context, accountSid, {}, type);
      return { accountSid: key.sid, authToken: key.secret };
    },
  };
}
