/** How the proxy answers a request that names its host itself: `GET http://…` (RFC 9112, 3.2.2). */

import type { IncomingMessage, RequestListener } from 'node:http';
import { proxyAuthorization } from './connection.ts';
import { createLocalAnswer } from './local-answers.ts';
import type { ForwardProxyOptions } from './proxy-options.ts';
import { refuse } from './refusal.ts';
import { forwardRequest } from './relay.ts';
import { answerRevocationList, isRevocationListRequest } from './tls/revocation-list.ts';
import { destinationOf } from './twilio-hosts.ts';

/** Handles such a request: forwards it to the local server or to its host, or refuses it. */
export function createRequestHandler(options: ForwardProxyOptions): RequestListener {
  const { serverUrl, authority, upstream, tally } = options;

  return (request, response) => {
    if (isRevocationListRequest(request)) return answerRevocationList(response, authority);
    const url = urlOf(request);
    if (url === null) {
      return refuse(response, `This is the exec proxy. The server is at ${serverUrl}.`);
    }
    const path = `${url.pathname}${url.search}`;
    const answerHere = () => createLocalAnswer(options, url.hostname)(request, response);
    const refuseOther = (error: Error) =>
      refuse(response, `${url.host} is unreachable: ${error.message}`);

    const destination = destinationOf(url.hostname);
    if (destination === 'server') {
      const onAnswer = () => {
        tally.reached += 1;
      };
      return forwardRequest(request, response, new URL(serverUrl), { path, onAnswer }, answerHere);
    }
    if (destination !== 'elsewhere') return answerHere();
    if (upstream === undefined)
      return forwardRequest(request, response, url, { path }, refuseOther);
    const headers = proxyAuthorization(upstream);
    forwardRequest(request, response, upstream, { path: url.href, headers }, refuseOther);
  };
}

/** Where a request goes. A request that node-preload.cjs redirects here names the original host. */
function urlOf(request: IncomingMessage): URL | null {
  const target = request.url ?? '';
  const host = request.headers.host ?? '';
  const isLed = target.startsWith('/') && destinationOf(host.replace(/:\d+$/, '')) !== 'elsewhere';
  const url = URL.parse(isLed ? `http://${host}${target}` : target);
  return url !== null && /^https?:$/.test(url.protocol) ? url : null;
}
