/** A browser at the provider: from our redirect to the address that the provider sends the person back to. */

import assert from 'node:assert/strict';
import { providerPath } from '../../src/users/links.ts';
import { send, type TestServer } from './server.ts';
import type { Visitor } from './visitor.ts';

/** Starts a sign-in in a visitor's browser and returns the address at the provider. */
export async function startAtProvider(
  visitor: Visitor,
  returnTo = '/console',
  options: { isAgain?: boolean } = {},
): Promise<string> {
  const reply = await visitor.get(providerPath(returnTo, options));
  assert.equal(reply.status, 303, reply.text);
  return reply.headers.location ?? '';
}

/** Follows the provider, without any cookie at first, and returns the path that leads back to us. */
export async function answerOfProvider(server: TestServer, address: string): Promise<string> {
  const cookies = new Map<string, string>();
  for (let hops = 0, url = address; hops < 10; hops += 1) {
    const { origin, pathname, search } = new URL(url);
    if (origin === server.url) return pathname + search;
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const reply = await send(origin, 'GET', pathname + search, { headers: { cookie } });
    assert.match(String(reply.status), /^30[23]$/, reply.text);
    for (const [, name = '', value = ''] of (reply.headers['set-cookie'] ?? '').matchAll(
      /(?:^|,)([\w.-]+)=([^;,]*);/g,
    )) {
      cookies.set(name, value);
    }
    url = new URL(reply.headers.location ?? '', url).href;
  }
  throw new Error('The provider goes round in circles.');
}

/** Signs in through the provider; the reply is that of the way back. */
export async function signInAtProvider(
  server: TestServer,
  visitor: Visitor,
  returnTo?: string,
  options: { isAgain?: boolean } = {},
) {
  const address = await startAtProvider(visitor, returnTo, options);
  return visitor.get(await answerOfProvider(server, address));
}
