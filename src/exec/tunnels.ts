/** How the proxy answers CONNECT (RFC 9110, 9.3.6), which is what clients ask for https addresses. */

import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { openConnection, openThroughProxy } from './connection.ts';
import { joinStreams } from './relay.ts';
import { peekServerName } from './tls/server-name.ts';
import type { TwilioConnections } from './twilio-connections.ts';
import { destinationOf } from './twilio-hosts.ts';

// Keep this exact wording: PHP's client treats any other reason phrase as part of the API's response.
const ESTABLISHED = 'HTTP/1.1 200 Connection established\r\n\r\n';

type ConnectHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Handles CONNECT for a proxy: terminates TLS for Twilio's hosts, and passes all others through. */
export function createConnectHandler(
  upstream: URL | undefined,
  twilio: TwilioConnections,
): ConnectHandler {
  function tunnel(client: Duplex, target: URL): void {
    const opening = upstream
      ? openThroughProxy(upstream, `${target.hostname}:${target.port || 443}`)
      : openTcp(target);
    opening.then(
      (other) => {
        client.write(ESTABLISHED);
        if (!isAddress(target.hostname) || target.port !== '') joinStreams(client, other);
        else standInOrJoin(client, other);
      },
      (error) => closeWith(client, 502, `${target.hostname} is unreachable: ${error.message}`),
    );
  }

  /** A client may have resolved Twilio's address itself; its TLS server name still names the host. */
  async function standInOrJoin(client: Duplex, other: Duplex): Promise<void> {
    // Until they are joined, nobody else hears that it is gone.
    other.on('error', () => client.destroy());
    const name = await peekServerName(client);
    if (name === undefined || destinationOf(name) === 'elsewhere') {
      joinStreams(client, other);
      return;
    }
    other.destroy();
    twilio.accept(client, name, false);
  }

  return (request, client, head) => {
    client.on('error', () => client.destroy());
    client.unshift(head);
    const target = URL.parse(`https://${request.url}`);
    if (target === null) return closeWith(client, 400, 'CONNECT wants host:port');
    if (destinationOf(target.hostname) === 'elsewhere') return tunnel(client, target);
    client.write(ESTABLISHED);
    // Some clients open a tunnel for plain http too.
    twilio.accept(client, target.hostname.replace(/\.$/, ''), target.port === '80');
  };
}

function isAddress(hostname: string): boolean {
  return isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
}

/** A tunnel carries bytes, not https, on any port. */
function openTcp(target: URL): Promise<Duplex> {
  return openConnection(new URL(`http://${target.hostname}:${target.port || 443}`));
}

/** The reason goes into the status line, the only part of such an answer that most clients show. */
function closeWith(client: Duplex, status: number, reason: string): void {
  const line = reason.replace(/[^\x20-\x7e]+/g, ' ');
  client.end(`HTTP/1.1 ${status} ${line}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
}
