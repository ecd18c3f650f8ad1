/** Opens connections to where a command's requests go: straight, or through another proxy. */

import { request as httpsRequest } from 'node:https';
import { connect, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { request as httpRequest } from '../node-http.ts';

/** Opens a connection to the server at `origin`, with TLS when it is an https one; raises when it fails. */
export function openConnection(origin: URL): Promise<Duplex> {
  const isSecure = origin.protocol === 'https:';
  const host = origin.hostname.replace(/^\[|\]$/g, '');
  const port = Number(origin.port || (isSecure ? 443 : 80));
  // Half-open, so that the end of one direction does not cut the other short.
  const address = { host, port, allowHalfOpen: true };
  const servername = isIP(host) === 0 ? host : '';
  const socket = isSecure ? connectTls({ ...address, servername }) : connect(address);
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once(isSecure ? 'secureConnect' : 'connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

/** Opens a connection to `host:port` through the proxy `upstream`; raises if the proxy refuses. */
export function openThroughProxy(upstream: URL, target: string): Promise<Duplex> {
  const request = upstream.protocol === 'https:' ? httpsRequest : httpRequest;
  const connecting = request(upstream.origin, {
    method: 'CONNECT',
    path: target,
    headers: { host: target, ...proxyAuthorization(upstream) },
    agent: false,
  });
  return new Promise((resolve, reject) => {
    connecting.once('error', reject);
    connecting.once('connect', (response, socket, head) => {
      if (response.statusCode === 200) {
        socket.unshift(head);
        resolve(socket);
      } else {
        socket.destroy();
        reject(new Error(`the proxy ${upstream.host} answered ${response.statusCode}`));
      }
    });
    connecting.end();
  });
}

/** The credentials in a proxy's address, as the header that it expects. */
export function proxyAuthorization(upstream: URL): Record<string, string> {
  if (upstream.username === '') return {};
  const credentials = [upstream.username, upstream.password].map(decoded).join(':');
  return { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` };
}

/** A text with a % that begins no escape is meant as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The proxy that `environment` names for requests to other hosts; undefined when there is none. */
export function findUpstreamProxy(environment: NodeJS.ProcessEnv): URL | undefined {
  const { https_proxy, HTTPS_PROXY, http_proxy, HTTP_PROXY } = environment;
  const address = https_proxy || HTTPS_PROXY || http_proxy || HTTP_PROXY;
  const url = address ? URL.parse(address.includes('://') ? address : `http://${address}`) : null;
  return url !== null && /^https?:$/.test(url.protocol) ? url : undefined;
}
