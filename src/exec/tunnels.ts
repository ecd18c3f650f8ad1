/** How the proxy answers CONNECT (RFC 9110, 9.3.6), which is what clients ask for https addresses. */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { openConnection, openThroughProxy } from './connection.ts';
import type { ForwardProxyOptions } from './forward-proxy.ts';
import { createRefusalServer } from './refusal.ts';
import { joinStreams } from './relay.ts';
import { destinationOf } from './twilio-hosts.ts';

// Word for word: PHP's client takes another reason phrase for a part of the API's own answer.
const ESTABLISHED = 'HTTP/1.1 200 Connection established\r\n\r\n';

type ConnectHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Makes what a proxy does on CONNECT: end TLS for Twilio's hosts, join all others through. */
export function createConnectHandler(options: ForwardProxyOptions): ConnectHandler {
  const { serverUrl, authority, upstream, notice } = options;
  const refusals = createRefusalServer(serverUrl);
  const hostsInDoubt = new Set<string>();

  function tunnel(client: Duplex, target: URL): void {
    const opening = upstream
      ? openThroughProxy(upstream, `${target.hostname}:${target.port || 443}`)
      : openTcp(target);
    opening.then(
      (other) => {
        client.write(ESTABLISHED);
        joinStreams(client, other);
      },
      (error) => closeWith(client, 502, `${target.hostname} cannot be reached: ${error.message}`),
    );
  }

  function standIn(client: Duplex, target: URL): void {
    client.write(ESTABLISHED);
    // Some clients open a tunnel for plain http too.
    const inside =
      target.port === '80' ? client : endTls(client, target.hostname.replace(/\.$/, ''));
    const refuse = () => refusals.emit('connection', inside);
    if (destinationOf(target.hostname) === 'refused') refuse();
    else openConnection(new URL(serverUrl)).then((server) => joinStreams(inside, server), refuse);
  }

  function endTls(client: Duplex, hostname: string): TLSSocket {
    const secureContext = authority.contextFor(hostname);
    const tls = { isServer: true, secureContext, ALPNProtocols: ['http/1.1'] };
    return new TLSSocket(client, tls).on('error', (error: NodeJS.ErrnoException) => {
      // A client says so once a connection; a reader wants it once.
      if (!isDistrust(error) || hostsInDoubt.has(hostname)) return;
      hostsInDoubt.add(hostname);
      notice(
        `The command refused the certificate that exec made for ${hostname}: its HTTP client does not read the environment for authorities to trust.`,
      );
    });
  }

  return (request, client, head) => {
    client.on('error', () => client.destroy());
    client.unshift(head);
    const target = URL.parse(`https://${request.url}`);
    if (target === null) closeWith(client, 400, 'CONNECT wants host:port');
    else if (destinationOf(target.hostname) === 'elsewhere') tunnel(client, target);
    else standIn(client, target);
  };
}

/** A tunnel is bytes, not https, whatever its port. */
function openTcp(target: URL): Promise<Duplex> {
  return openConnection(new URL(`http://${target.hostname}:${target.port || 443}`));
}

/** The reason goes into the status line, the only part of such an answer that most clients show. */
function closeWith(client: Duplex, status: number, reason: string): void {
  const line = reason.replace(/[^\x20-\x7e]+/g, ' ');
  client.end(`HTTP/1.1 ${status} ${line}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
}

/** Whether a client ended the handshake because of our certificate (RFC 8446, 6.2). */
function isDistrust(error: NodeJS.ErrnoException): boolean {
  return /ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN)$/.test(error.code ?? '');
}
