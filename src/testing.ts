/**
 * What `connect-apps/testing` exports: a server in the process of a test. The types say only what is promised,
 * and name no file but testing/types.ts, so that they are all that a program needs to compile.
 */

import type { Options, World } from './testing/types.ts';
import { createWorld } from './testing/world.ts';

export type * from './testing/types.ts';

/**
 * Starts a world, and resolves once it answers. Any number can run in one process; each has its own data. It reads
 * no setting, and listens on loopback only.
 *
 * @example
 * import { start } from 'connect-apps/testing';
 *
 * const world = await start();
 * const { accountSid, authToken } = world.developer;
 * const reply = await fetch(`${world.url}/2010-04-01/Accounts/${accountSid}/ConnectApps.json`, {
 *   headers: { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` },
 * });
 * const { connect_apps } = await reply.json();
 * await world.close();
 */
export async function start(options: Options = {}): Promise<World> {
  return createWorld(options);
}
