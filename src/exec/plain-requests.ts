/** How the proxy answers a request that names its host itself: `GET http://…` (RFC 9112, 3.2.2). */

import type { RequestListener } from 'node:http';
import { proxyAuthorization } from './connection.ts';
import type { ForwardProxyOptions } from './forward-proxy.ts';
import { explainRefusal, refuse } from './refusal.ts';
import { forwardRequest } from './relay.ts';
import { destinationOf } from './twilio-hosts.ts';

/** Makes what a proxy does with such a request: on to the local server, to its host, or a refusal. */
export function createRequestHandler(options: ForwardProxyOptions): RequestListener {
  const { serverUrl, upstream } = options;

  return (request, response) => {
    const url = URL.parse(request.url ?? '');
    if (url === null || !/^https?:$/.test(url.protocol)) {
      return refuse(response, `This is the proxy of exec; the server is at ${serverUrl}.`);
    }
    const path = `${url.pathname}${url.search}`;
    const refuseTwilio = () => refuse(response, explainRefusal(url.hostname, serverUrl));
    const refuseOther = (error: Error) =>
      refuse(response, `${url.host} cannot be reached: ${error.message}`);

    const destination = destinationOf(url.hostname);
    if (destination === 'refused') return refuseTwilio();
    if (destination === 'server') {
      return forwardRequest(request, response, new URL(serverUrl), { path }, refuseTwilio);
    }
    if (upstream === undefined)
      return forwardRequest(request, response, url, { path }, refuseOther);
    const headers = proxyAuthorization(upstream);
    forwardRequest(request, response, upstream, { path: url.href, headers }, refuseOther);
  };
}
