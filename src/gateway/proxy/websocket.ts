/** Requests to become a WebSocket: decided once, as any other, and then two sockets that copy each other. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, isIP, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { request as httpRequest, ServerResponse as Response } from '../../node-http.ts';
import { Problem } from '../../problem.ts';
import { answerHeaders, type HeaderList } from './headers.ts';
import { hostOf, type Passed, SILENCE_MS } from './upstream.ts';

/** After so much silence, TCP asks whether the other side is still there. */
const KEEP_ALIVE_MS = 60_000;

/** An answer to a request whose connection Node.js has let go of; the connection ends with it. */
export function responseOn(socket: Socket, request: IncomingMessage): ServerResponse {
  const response = new Response(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => socket.destroySoon());
  socket.on('error', () => socket.destroy());
  socket.once('close', () => response.destroy());
  return response;
}

/** Asks the platform for a WebSocket; any answer but 101 is passed on like that to another request. */
export function passUpgrade(
  { request, response, headers, requestId, fail }: Passed,
  { origin, socket, head }: { origin: URL; socket: Socket; head: Buffer },
): void {
  const asked = httpRequest({
    method: 'GET',
    path: request.url,
    headers: [...headers, 'Connection', 'Upgrade', 'Upgrade', 'websocket'],
    createConnection: () => connectTo(origin),
    timeout: SILENCE_MS,
  });
  let hasTimedOut = false;
  asked.on('timeout', () => {
    hasTimedOut = true;
    asked.destroy(new Error('The platform said nothing.'));
  });
  asked.on('error', (cause) => {
    if (response.headersSent || response.destroyed) socket.destroy();
    else fail(new Problem(hasTimedOut ? 'upstream_slow' : 'upstream_failed', undefined, { cause }));
  });
  asked.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answerHeaders(answer.rawHeaders, requestId));
    pipeline(answer, response, () => {});
  });
  asked.on('upgrade', (answer, platform, first) => {
    response.statusCode = 101;
    response.detachSocket(socket);
    socket.write(headOf(answerHeaders(answer.rawHeaders, requestId)), 'latin1');
    socket.write(first);
    platform.write(head);
    for (const side of [socket, platform]) {
      if ('setTimeout' in side) side.setTimeout(0).setKeepAlive(true, KEEP_ALIVE_MS);
    }
    // The end of one is the end of the other, however it came.
    pipeline(socket, platform, () => socket.destroy());
    pipeline(platform, socket, () => platform.destroy());
  });
  response.once('close', () => asked.destroy());
  asked.end();
}

function connectTo(origin: URL): Socket {
  const { protocol, port } = origin;
  const host = hostOf(origin);
  if (protocol === 'http:') return connect({ host, port: Number(port || 80) });
  const servername = isIP(host) === 0 ? host : '';
  return connectTls({ host, port: Number(port || 443), servername, ALPNProtocols: ['http/1.1'] });
}

function headOf(headers: HeaderList): string {
  let head = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';
  for (let index = 0; index < headers.length; index += 2) {
    head += `${headers[index]}: ${headers[index + 1]}\r\n`;
  }
  return `${head}\r\n`;
}
