/** The worlds of a test server, and to which of them a request belongs. */

import type { IncomingMessage } from 'node:http';
import { findVisibleAccount } from '../accounts/operations.ts';
import { hasApiKey } from '../api-keys/operations.ts';
import { findOwnerOf } from '../connect-apps/operations.ts';
import { parseAuthorization } from '../http/credentials.ts';
import { SESSION_COOKIE } from '../pages/pages.ts';
import { Problem } from '../problem.ts';
import type { Fixture } from '../testing/types.ts';
import { createWorld, type OpenWorld, type WorldOptions } from '../testing/world.ts';
import { findSession } from '../users/session.ts';
import { bearerOf, isKey } from './answer.ts';

/** Names a world where nothing else does: in a header, or in the cookie of a browser that was at a consent page. */
export const WORLD_HEADER = 'connect-apps-world';
export const WORLD_COOKIE = 'connect_apps_world';

const SID_IN_PATH = /^\/(?:2010-04-01\/Accounts|authorize|console)\/((?:AC|CN)[0-9a-f]{32})/i;

export interface Worlds {
  create(options: WorldOptions): Promise<OpenWorld>;
  /** The world with this ID; raises `not_found`. */
  get(id: string): OpenWorld;
  list(): OpenWorld[];
  drop(id: string): Promise<void>;
  /** The world that a request names by its ID, a key, a SID or its session; the oldest for any other. */
  findFor(request: IncomingMessage): Promise<OpenWorld | undefined>;
  /** Raises `parameter_invalid` when another world has something of a fixture: one port could not tell them apart. */
  checkUnshared(fixture: Fixture, own?: OpenWorld): Promise<void>;
  close(): Promise<void>;
}

export function createWorlds(defaults: WorldOptions): Worlds {
  const worlds = new Map<string, OpenWorld>();
  const known = new Map<string, OpenWorld>();

  /** Remembered once found: a SID never moves to another world. */
  async function findOwnerOfSid(sid: string): Promise<OpenWorld | undefined> {
    const remembered = known.get(sid);
    if (remembered !== undefined) return remembered;
    for (const world of worlds.values()) {
      if (!(await hasSid(world, sid))) continue;
      known.set(sid, world);
      return world;
    }
    return undefined;
  }

  async function findOwnerOfSession(secret: string): Promise<OpenWorld | undefined> {
    for (const world of worlds.values()) {
      if (await findSession(world.context, secret)) return world;
    }
    return undefined;
  }

  async function checkUnshared(fixture: Fixture, own?: OpenWorld): Promise<void> {
    const { accounts = [], connectApps = [] } = fixture;
    for (const { sid } of [...accounts, ...connectApps]) {
      for (const world of worlds.values()) {
        if (world === own || !(await hasSid(world, sid))) continue;
        throw new Problem(
          'parameter_invalid',
          `The world ${world.id} has ${sid} already. Worlds of one test server need different seeds and fixtures, or drop that world first.`,
        );
      }
    }
  }

  async function drop(id: string): Promise<void> {
    const world = get(id);
    worlds.delete(id);
    for (const [sid, owner] of known) if (owner === world) known.delete(sid);
    await world.close();
  }

  function get(id: string): OpenWorld {
    const world = worlds.get(id);
    if (world === undefined) throw new Problem('not_found', `There is no world ${id}.`);
    return world;
  }

  return {
    async create(options) {
      const world = await createWorld({ ...defaults, ...options });
      try {
        await checkUnshared(await world.export());
      } catch (error) {
        await world.close();
        throw error;
      }
      worlds.set(world.id, world);
      return world;
    },
    get,
    list: () => [...worlds.values()],
    drop,
    async findFor({ url = '/', headers }) {
      const named = headers[WORLD_HEADER];
      if (named !== undefined) return worlds.get(String(named));
      const adminKey = bearerOf(headers.authorization);
      const ofKey = [...worlds.values()].find((world) => isKey(adminKey, world.adminKey));
      if (ofKey !== undefined) return ofKey;
      const username = parseAuthorization(headers.authorization)?.username;
      // Whoever calls comes first: the account of the path may be one that they must not reach.
      if (username !== undefined) {
        const world = await findOwnerOfSid(username);
        if (world !== undefined) return world;
      }
      const [, sid] = SID_IN_PATH.exec(url) ?? [];
      const ofPath = sid && (await findOwnerOfSid(sid));
      if (ofPath) return ofPath;
      const id = cookieOf(headers.cookie, WORLD_COOKIE);
      const ofCookie = id === undefined ? undefined : worlds.get(id);
      if (ofCookie !== undefined) return ofCookie;
      const secret = cookieOf(headers.cookie, SESSION_COOKIE);
      const ofSession = secret && (await findOwnerOfSession(secret));
      return ofSession || worlds.values().next().value;
    },
    checkUnshared,
    async close() {
      await Promise.all([...worlds.keys()].map(drop));
    },
  };
}

async function hasSid({ context }: OpenWorld, sid: string): Promise<boolean> {
  switch (sid.slice(0, 2)) {
    case 'AC':
      return (await findVisibleAccount(context, sid)) !== undefined;
    case 'CN':
      return (await findOwnerOf(context, sid)) !== undefined;
    case 'SK':
      return hasApiKey(context, sid);
    default:
      return false;
  }
}

/** The value of a cookie. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  const pairs = (header ?? '').split(/; */).map((pair) => pair.split('='));
  return pairs.find(([key]) => key === name)?.[1];
}
