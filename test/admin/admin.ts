/** Requests to the admin API of a test server. */

import type { Act } from '../../src/admin/act.ts';
import type { TestServer } from '../support/server.ts';

/** The key of the settings in these tests. */
export const SETTING_KEY = 'the-admin-key-that-only-the-tests-know';

/** The path of an act, with a SID of nothing in each place. */
export function pathOf(act: Act): string {
  return `/admin/v1${act.path.replace(/\{(\w+)\}/g, () => `AC${'0'.repeat(32)}`)}`;
}

/** Sends JSON with a key. */
export async function ask(
  server: TestServer,
  method: string,
  path: string,
  body?: unknown,
  key: string = SETTING_KEY,
) {
  const reply = await server.request(method, `/admin/v1${path}`, {
    headers: {
      authorization: `Bearer ${key}`,
      ...(body !== undefined && {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(JSON.stringify(body))),
      }),
    },
    ...(body !== undefined && { rawBody: JSON.stringify(body) }),
  });
  return { status: reply.status, json: JSON.parse(reply.text), headers: reply.headers };
}
