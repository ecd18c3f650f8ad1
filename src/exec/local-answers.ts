/** The requests to Twilio that exec answers itself: no connection leaves the machine for them. */

import type { RequestListener } from 'node:http';
import type { Duplex } from 'node:stream';
import { createServer } from '../node-http.ts';
import type { ForwardProxyOptions } from './proxy-options.ts';
import { explainRefusal, refuse } from './refusal.ts';
import { countRefusal } from './tally.ts';
import { destinationOf } from './twilio-hosts.ts';

/** Creates the handler of requests to `hostname`, a Twilio host that the local server does not replace. */
export function createLocalAnswer(
  { serverUrl, tally }: ForwardProxyOptions,
  hostname: string,
): RequestListener {
  return (request, response) => {
    request.resume();
    if (destinationOf(hostname) === 'tls-test') {
      tally.reached += 1;
      response.end();
    } else {
      countRefusal(tally, hostname);
      refuse(response, explainRefusal(hostname, serverUrl));
    }
  };
}

/** Answers this way on connections that are each for one host. It has no port. */
export function createLocalAnswerer(
  options: ForwardProxyOptions,
): (connection: Duplex, hostname: string) => void {
  const hostnames = new WeakMap<object, string>();
  const server = createServer((request, response) => {
    const hostname = hostnames.get(request.socket) ?? '';
    createLocalAnswer(options, hostname)(request, response);
  });
  return (connection, hostname) => {
    hostnames.set(connection, hostname);
    server.emit('connection', connection);
  };
}
