/** Handles connections to Twilio's hosts: it terminates TLS and keeps their requests here. */

import type { Duplex } from 'node:stream';
import { TLSSocket, type TLSSocketOptions } from 'node:tls';
import { openConnection } from './connection.ts';
import { createLocalAnswerer } from './local-answers.ts';
import type { ForwardProxyOptions } from './proxy-options.ts';
import { joinStreams } from './relay.ts';
import { createRequestCounter } from './request-counter.ts';
import { createTlsFailures } from './tls-failures.ts';
import { destinationOf } from './twilio-hosts.ts';

const PROTOCOL = 'http/1.1';

export interface TwilioConnections {
  /** Takes over a connection to `hostname`; with TLS unless `isPlain`. */
  accept(client: Duplex, hostname: string, isPlain: boolean): void;
  /** Takes over a TLS connection that names its host itself, in its first message. */
  acceptNamed(client: Duplex): void;
  /** Reports the failures that have not been reported yet. */
  settle(): void;
}

/** Creates the handler of these connections; their certificates contain `revocationListUrl`. */
export function createTwilioConnections(
  options: ForwardProxyOptions,
  revocationListUrl: () => string,
): TwilioConnections {
  const { serverUrl, authority, tally } = options;
  const answerHere = createLocalAnswerer(options);
  const failures = createTlsFailures(options);
  const countRequests = createRequestCounter(() => {
    tally.reached += 1;
  });

  function serve(inside: Duplex, hostname: string): void {
    if (destinationOf(hostname) !== 'server') {
      answerHere(inside, hostname);
      return;
    }
    openConnection(new URL(serverUrl)).then(
      (server) => {
        // Two streams in each direction and two watchers: more listeners than Node expects.
        inside.setMaxListeners(20);
        watchForUse(inside, hostname);
        countRequests(inside);
        joinStreams(inside, server);
      },
      () => answerHere(inside, hostname),
    );
  }

  function watchForUse(inside: Duplex, hostname: string): void {
    let isUsed = false;
    inside.once('data', () => {
      isUsed = true;
      failures.disprove(hostname);
    });
    inside.once('close', () => {
      if (!isUsed) tally.unused += 1;
    });
  }

  function endTls(client: Duplex, identity: TLSSocketOptions): TLSSocket {
    return new TLSSocket(client, { isServer: true, ...identity });
  }

  const contextOf = (hostname: string) => authority.contextFor(hostname, revocationListUrl());

  return {
    settle: failures.settle,
    accept(client, hostname, isPlain) {
      if (isPlain) {
        serve(client, hostname);
        return;
      }
      const inside = endTls(client, {
        secureContext: contextOf(hostname),
        ALPNProtocols: [PROTOCOL],
      });
      inside.on('error', (error) => failures.add(error, hostname));
      serve(inside, hostname);
    },
    acceptNamed(client) {
      let hostname = '';
      const inside = endTls(client, {
        // Runs before SNICallback, and reveals the host of a client that speaks only HTTP/2.
        ALPNCallback({ servername, protocols }) {
          hostname = servername;
          return protocols.find((one) => one === PROTOCOL);
        },
        SNICallback(name, choose) {
          hostname = name;
          if (destinationOf(name) === 'elsewhere') choose(new Error('not a host of Twilio'));
          else choose(null, contextOf(name));
        },
      });
      inside.on('error', (error) => failures.add(error, hostname));
      inside.once('secure', () => {
        if (destinationOf(hostname) === 'elsewhere') inside.destroy();
        else serve(inside, hostname);
      });
    },
  };
}
