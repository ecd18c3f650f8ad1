/**
 * What `connect-apps/testing` exports: a server in the process of a test. The types say only what is promised,
 * and name no other file, so that they are all that a program needs to compile.
 */

/// <reference lib="esnext.disposable" preserve="true" />

import { createConfig } from './server/config.ts';
import { start as startServer } from './server/start.ts';

/** An account, and the person who signs in to it. */
export interface Credentials {
  accountSid: string;
  authToken: string;
  email: string;
  password: string;
}

export interface StartOptions {
  /** The port on 127.0.0.1; 0, the default, takes any that is free. */
  port?: number;
  /** `sqlite:PATH` or `postgres://…`; by default a database in memory that is gone when the server closes. */
  databaseUrl?: string;
}

/** A server that answers. */
export interface TestServer {
  /** Where it answers, such as `http://127.0.0.1:40123`. */
  url: string;
  /** Owns the Connect App of the demo data. */
  developer: Credentials;
  /** Can authorize it. */
  customer: Credentials;
  /** Finishes what is under way, and leaves nothing open; twice does no harm. */
  close(): Promise<void>;
  /** The same, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a server with the demo data of `connect-apps dev`, and resolves once it answers. Any number can run in
 * one process; each has its own data. It reads no setting, writes no log, and listens on loopback only.
 *
 * @example
 * import { start } from 'connect-apps/testing';
 *
 * const server = await start();
 * const { accountSid, authToken } = server.developer;
 * const reply = await fetch(`${server.url}/2010-04-01/Accounts/${accountSid}/ConnectApps.json`, {
 *   headers: { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` },
 * });
 * const { connect_apps } = await reply.json();
 * await server.close();
 */
export async function start(options: StartOptions = {}): Promise<TestServer> {
  const { port = 0, databaseUrl = 'sqlite::memory:' } = options;
  const config = createConfig(
    { HOST: '127.0.0.1', PORT: String(port), DATABASE_URL: databaseUrl },
    'development',
  );
  const { url, developer, customer, close } = await startServer(config);
  let closed: Promise<void> | undefined;
  const closeOnce = () => {
    closed ??= close();
    return closed;
  };
  return {
    url,
    developer,
    customer,
    close: closeOnce,
    [Symbol.asyncDispose]: closeOnce,
  };
}
