/** The requests of a run: through the guarded client, with redirects followed as a browser follows them. */

import type { OutgoingRequest } from '../outgoing/exchange.ts';
import type { GuardedClient } from '../outgoing/guarded-client.ts';
import type { Exchange } from './flow-run.ts';

const MOST_REDIRECTS = 5;
const USER_AGENT = 'connect-apps/try-the-flow';

/** Makes one request. */
export async function ask(
  client: GuardedClient,
  request: OutgoingRequest,
): Promise<Exchange & { location: string | undefined }> {
  const outcome = await client.send({
    ...request,
    headers: { 'user-agent': USER_AGENT, ...request.headers },
  });
  return {
    method: request.method,
    url: withoutUserInfo(request.url),
    body: request.body ?? null,
    status: outcome.answered ? outcome.status : null,
    failure: outcome.answered ? null : outcome.reason,
    durationMs: outcome.durationMs,
    answer: outcome.answered ? outcome.body : null,
    location: outcome.answered ? outcome.location : undefined,
  };
}

/** Opens a page as a browser does: each redirect is asked of the guard, too. */
export async function visit(client: GuardedClient, url: string): Promise<Exchange[]> {
  const exchanges: Exchange[] = [];
  let next: string | undefined = withoutFragment(url);
  while (next !== undefined && exchanges.length <= MOST_REDIRECTS) {
    const headers = { accept: 'text/html,*/*;q=0.8' };
    const { location, ...exchange } = await ask(client, { method: 'GET', url: next, headers });
    exchanges.push(exchange);
    const isRedirect =
      exchange.status !== null && [301, 302, 303, 307, 308].includes(exchange.status);
    next = isRedirect && location !== undefined ? resolved(location, next) : undefined;
  }
  return exchanges;
}

function resolved(location: string, base: string): string | undefined {
  const url = URL.parse(location, base);
  return url === null ? undefined : withoutFragment(url.href);
}

function withoutFragment(url: string): string {
  return url.replace(/#.*/s, '');
}

function withoutUserInfo(url: string): string {
  return url.replace(/^([a-z]+:\/\/)[^/?#]*@/i, '$1');
}
