/** The real server on a real socket, with a real database file of its own and the demo data. */

import { mkdtemp, rm } from 'node:fs/promises';
import { type Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import {
  createAccount,
  getAccount,
  rotateToken,
  updateAccount,
} from '../../src/accounts/operations.ts';
import type { Clock } from '../../src/clock.ts';
import type { ConnectAppProperties } from '../../src/connect-apps/connect-app.ts';
import { addConnectApp } from '../../src/connect-apps/operations.ts';
import type { Context } from '../../src/context.ts';
import { DEMO_CONNECT_APP_SID } from '../../src/demo/data.ts';
import { createLogger, readable } from '../../src/observability/logger.ts';
import { type PasswordCost, TEST_PASSWORD_COST } from '../../src/password-cost.ts';
import { createConfig, type Settings } from '../../src/server/config.ts';
import { start } from '../../src/server/start.ts';
import type { Engine } from '../../src/storage/database.ts';
import { emptyDatabase } from './databases.ts';
import { createSid } from './sid.ts';

/** Of a patient client, each a second after the one before. */
const MOST_TRIES = 60;

export interface Credentials {
  accountSid: string;
  authToken: string;
}

export interface Reply {
  status: number;
  headers: Record<string, string | undefined>;
  text: string;
  json: unknown;
}

export interface RequestOptions {
  auth?: Credentials | undefined;
  form?: Record<string, string> | readonly (readonly [string, string])[] | undefined;
  rawBody?: string | Buffer | undefined;
  headers?: Record<string, string> | undefined;
  /** Whose connections it uses; absent: one of its own. */
  agent?: Agent | false | undefined;
  /** False takes 503 for an answer. Others ask again as it tells them to: a busy machine cannot do all at once. */
  isPatient?: boolean;
}

export interface TestServer {
  url: string;
  /** Where gateways ask, when the settings have a GATEWAY_PORT. */
  gatewayUrl: string;
  /** Reads the rules of routes again. */
  reload(): void;
  context: Context;
  developer: Credentials;
  customer: Credentials;
  connectAppSid: string;
  createAccount(account?: {
    friendlyName?: string;
    owner?: string;
    type?: 'Full' | 'Trial';
  }): Promise<Credentials>;
  createApps(
    accountSid: string,
    count: number,
    properties?: (index: number) => Partial<ConnectAppProperties>,
  ): Promise<string[]>;
  setAccountStatus(accountSid: string, status: 'active' | 'suspended' | 'closed'): Promise<void>;
  rotateToken(accountSid: string): Promise<string>;
  /** The Auth Token of an account that another operation made. */
  tokenOf(accountSid: string): Promise<string>;
  logs(): string;
  request(method: string, path: string, options?: RequestOptions): Promise<Reply>;
  close(): Promise<void>;
}

/** Starts a server on a free port; `settings` are named as in the environment, and DATABASE_URL goes before `engine`. */
export async function startServer(options: {
  engine: Engine;
  settings?: Settings;
  /** Whether its log is the one for a person, as in dev. */
  isLogForPerson?: boolean;
  /** Whether it has the demo app, as `dev` does. */
  hasDemoApp?: boolean;
  /** What hashing a new password costs, where that matters. */
  passwordCost?: PasswordCost;
}): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'connect-apps-test-'));
  const lines: string[] = [];
  const { engine, settings, isLogForPerson = false } = options;
  const log = { write: (line: string) => lines.push(line) };
  const databaseUrl = settings?.DATABASE_URL ?? (await emptyDatabase(engine, folder));
  const config = createConfig({ PORT: '0', ...settings, DATABASE_URL: databaseUrl }, 'development');
  const running = await start(config, {
    secretKey: 'a secret key that only the tests know',
    clock: tickingClock(),
    passwordCost: options.passwordCost ?? TEST_PASSWORD_COST,
    logger: createLogger(config.logLevel, { stream: isLogForPerson ? readable(log) : log }),
    isLogForPerson,
    lookup: noName,
    hasDemoApp: options.hasDemoApp ?? false,
  });

  const { url, context, developer, customer, close, gatewayUrl = '', reload } = running;
  return {
    url,
    gatewayUrl,
    reload,
    context,
    developer,
    customer,
    connectAppSid: DEMO_CONNECT_APP_SID,
    async createAccount({ friendlyName = 'Some account', owner, type = 'Full' } = {}) {
      const created = await createAccount(context, {
        friendlyName,
        type,
        ...(owner && { ownerAccountSid: owner }),
      });
      return { accountSid: created.sid, authToken: created.authToken };
    },
    async createApps(accountSid, count, properties = () => ({})) {
      const sids: string[] = [];
      for (let index = 0; index < count; index += 1) {
        const sid = createSid('CN');
        const given = { friendlyName: `App ${index}`, ...properties(index) };
        await addConnectApp(context, accountSid, sid, given);
        sids.push(sid);
      }
      return sids;
    },
    async setAccountStatus(accountSid, status) {
      await updateAccount(context, accountSid, { Status: status });
    },
    async rotateToken(accountSid) {
      return (await rotateToken(context, accountSid, { keepOld: true })).authToken;
    },
    tokenOf: async (accountSid) => (await getAccount(context, accountSid)).authToken,
    logs: () => lines.join(''),
    request: (method, path, request) => send(url, method, path, request),
    async close() {
      await close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Tests reach nothing by a name: the network outside is not theirs. */
async function noName(): Promise<never> {
  throw new Error('tests resolve no names');
}

/** Every look at it is a millisecond later: things made one after the other have an order. */
function tickingClock(): Clock {
  let now = Date.now();
  return {
    now: () => {
      now = Math.max(now + 1, Date.now());
      return now;
    },
  };
}

/** Sends a request; again after a 503 that says when, unless it is told not to be patient. */
export async function send(
  origin: string,
  method: string,
  path: string,
  options: RequestOptions = {},
): Promise<Reply> {
  for (let tries = 1; ; tries += 1) {
    const reply = await sendOnce(origin, method, path, options);
    const waitSeconds = reply.status === 503 ? reply.headers['retry-after'] : undefined;
    if (options.isPatient === false || waitSeconds === undefined || tries === MOST_TRIES) {
      return reply;
    }
    await setTimeout(Number(waitSeconds) * 1000);
  }
}

async function sendOnce(
  origin: string,
  method: string,
  path: string,
  { auth, form, rawBody, headers = {}, agent = false }: RequestOptions,
): Promise<Reply> {
  const body = rawBody ?? (form && new URLSearchParams(pairsOf(form)).toString());
  const { hostname, port } = new URL(origin);
  const request = httpRequest({
    hostname,
    port,
    method,
    path,
    agent,
    headers: {
      ...(auth && {
        authorization: `Basic ${Buffer.from(`${auth.accountSid}:${auth.authToken}`).toString('base64')}`,
      }),
      ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
      ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
      ...headers,
    },
  });
  request.end(body);
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      text(response).then((answer) => {
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(
            Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
          ),
          text: answer,
          get json(): unknown {
            return JSON.parse(answer);
          },
        });
      }, reject);
    });
  });
}

function pairsOf(form: NonNullable<RequestOptions['form']>): [string, string][] {
  const pairs: [string, string][] = [];
  for (const [name, value] of Array.isArray(form) ? form : Object.entries(form)) {
    pairs.push([String(name), String(value)]);
  }
  return pairs;
}
