/**
 * What callers of the control plane send, as typed values; each raises a TypeError for what is something else. `null` is
 * what many languages write for what is absent.
 */

import { PROPERTY_NAMES } from '../connect-apps/connect-app.ts';
import { PERMISSIONS, type Permission } from '../connect-apps/permissions.ts';
import { checkFixture } from '../testing/fixture-file.ts';
import type {
  AccountOptions,
  Answering,
  AppProperties,
  Failure,
  Fixture,
  Reply,
  RequestFilter,
} from '../testing/types.ts';
import type { WorldOptions } from '../testing/world.ts';

type Body = Readonly<Record<string, unknown>>;

function objectOf(value: unknown, name: string): Body {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object') return { ...value };
  throw new TypeError(`${name} must be an object.`);
}

function text(body: Body, name: string): string | undefined {
  const value = body[name] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw new TypeError(`${name} must be a text.`);
}

function number(body: Body, name: string): number | undefined {
  const value = body[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new TypeError(`${name} must be a number.`);
}

/** Leaves out what is absent. */
function given<Values extends object>(
  values: Values,
): { [Name in keyof Values]?: NonNullable<Values[Name]> } {
  const kept: { [Name in keyof Values]?: NonNullable<Values[Name]> } = {};
  for (const name in values) {
    const value = values[name];
    if (value !== undefined && value !== null) kept[name] = value;
  }
  return kept;
}

function failure(value: unknown): Failure {
  const how = objectOf(value, 'how');
  return given({
    status: number(how, 'status'),
    code: number(how, 'code'),
    delayMs: number(how, 'delayMs'),
    retryAfter: number(how, 'retryAfter'),
    times: number(how, 'times'),
    drop: how.drop === true ? (true as const) : undefined,
  });
}

function reply(value: unknown): Reply {
  if (typeof value === 'number') return value;
  const { status, delayMs, drop } = failure(value);
  return given({ status, delayMs, drop });
}

function permissionsOf(value: unknown): Permission[] | undefined {
  if (value === undefined) return undefined;
  const names: unknown[] = [value].flat();
  return PERMISSIONS.filter((permission) => names.includes(permission));
}

export const read = {
  text,
  failure,
  span(body: Body, name: string): string | number | undefined {
    const value = body[name];
    if (value === undefined || typeof value === 'string' || typeof value === 'number') return value;
    throw new TypeError(`${name} must be a span of time, such as "5m".`);
  },
  worldOptions(body: Body): WorldOptions {
    const fixture = body.fixture ? read.fixture(body.fixture) : undefined;
    return given({ seed: number(body, 'seed'), now: text(body, 'now'), fixture });
  },
  fixture: (value: unknown): Fixture => checkFixture(objectOf(value, 'fixture')),
  filter(value: unknown): RequestFilter {
    const match = objectOf(value, 'match');
    const status = match.status === undefined ? undefined : Number(match.status);
    return given({
      method: text(match, 'method'),
      path: text(match, 'path'),
      route: text(match, 'route'),
      account: text(match, 'account'),
      status,
    });
  },
  replies: (body: Body): Reply[] => Object.values(body).map(reply),
  answering: (body: Body): Answering =>
    given({ state: text(body, 'state'), follow: body.follow === true ? true : undefined }),
  appProperties(body: Body): Partial<AppProperties> {
    const properties: Record<string, string | null> = {};
    for (const name of PROPERTY_NAMES) {
      if (name === 'permissions' || body[name] === undefined) continue;
      properties[name] = body[name] === null ? null : (text(body, name) ?? null);
    }
    return { ...properties, ...given({ permissions: permissionsOf(body.permissions) }) };
  },
  accountOptions(body: Body): AccountOptions {
    const type = text(body, 'type');
    return given({
      friendlyName: text(body, 'friendlyName'),
      owner: text(body, 'owner'),
      type: type === 'Trial' || type === 'Full' ? type : undefined,
    });
  },
};
