/**
 * How the provider is asked: through the guarded client, so with its limits on time, size, ports and redirects.
 * The exception: private networks and loopback may be reached, because the provider is the operator's own setting
 * and often stands beside this server. Link-local addresses, where clouds keep their secrets, may not.
 */

import {
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type CustomFetch,
  None,
} from 'openid-client';
import { createGuardedClient } from '../outgoing/guarded-client.ts';
import type { Lookup } from '../outgoing/open-connection.ts';

const PRIVATE_NETWORKS = [
  '127.0.0.0/8',
  '::1/128',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  'fc00::/7',
];
/** Far above the keys of any provider. */
const MAX_BYTES = 512 * 1024;
export const UNREACHABLE = 'ProviderUnreachable';

/** Makes the fetch of the provider's client; `close` ends what is under way. */
export function createProviderFetch(
  lookup: Lookup | undefined,
  timeoutMs: number,
): { send: CustomFetch; close(): void } {
  const client = createGuardedClient({
    allowedNetworks: PRIVATE_NETWORKS,
    timeoutMs,
    maxResponseBytes: MAX_BYTES,
    keptBodyBytes: MAX_BYTES,
    ...(lookup && { lookup }),
  });
  return {
    async send(url, { method, headers, body }) {
      const outcome = await client.send({
        url,
        method: method === 'POST' ? 'POST' : 'GET',
        headers,
        body: body === undefined || body === null ? undefined : String(body),
      });
      if (!outcome.answered) {
        const { reason, code } = outcome;
        const error = new Error(code === undefined ? reason : `${reason} (${code})`);
        error.name = UNREACHABLE;
        throw error;
      }
      const { contentType } = outcome;
      return new Response(outcome.body === '' ? null : outcome.body, {
        status: outcome.status,
        ...(contentType !== undefined && { headers: { 'content-type': contentType } }),
      });
    },
    close: () => client.close(),
  };
}

/** Authenticates as the provider says that it wants it (OpenID Connect Core 1.0, section 9). */
export function authenticationOf(clientSecret: string | undefined): ClientAuth {
  if (clientSecret === undefined) return None();
  const basic = ClientSecretBasic(clientSecret);
  const post = ClientSecretPost(clientSecret);
  return (server, client, body, headers) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const authenticate = methods.includes('client_secret_basic') ? basic : post;
    authenticate(server, client, body, headers);
  };
}
