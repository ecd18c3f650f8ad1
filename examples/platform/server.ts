/**
 * The smallest platform behind a gateway: it trusts one header, refuses a request without it, and answers in
 * Twilio's form what it was told. A real one looks the account up and sends the message.
 */

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';

const { PORT = '3000' } = process.env;

/** The account that the gateway names; undefined for whoever came around it, or only asks what is allowed. */
function accountOf({ headers }: IncomingMessage): string | undefined {
  const identity = String(headers['x-connect-identity']);
  return /^account="(AC[0-9a-f]{32})"/.exec(identity)?.[1];
}

const server = createServer((request, response) => {
  const { method, url = '', headers } = request;
  const accountSid = accountOf(request);
  const identity = accountSid === undefined ? 'refused' : headers['x-connect-identity'];
  console.log(`${method} ${url} ${identity}`);
  response.setHeader('Content-Type', 'application/json');
  if (accountSid === undefined) response.statusCode = method === 'OPTIONS' ? 204 : 401;
  else if (method === 'POST') response.statusCode = 201;
  else if (method === 'DELETE') response.statusCode = 204;
  const resource = { account_sid: accountSid, method, url, headers };
  const [, list] = /\/([A-Za-z]+)\.json(?:\?|$)/.exec(url) ?? [];
  const isList = method === 'GET' && list !== undefined;
  request.resume();
  request.once('end', () => {
    response.end(JSON.stringify(isList ? { [list.toLowerCase()]: [resource] } : resource));
  });
});
// A WebSocket: its first message, which is a frame of text, is the account.
server.on('upgrade', (request, socket) => {
  const accountSid = accountOf(request);
  console.log(`UPGRADE ${request.url} ${accountSid ?? 'refused'}`);
  if (accountSid === undefined) {
    socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    return;
  }
  const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash('sha1').update(key).digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  socket.write(Buffer.from([0x81, accountSid.length]));
  socket.write(accountSid);
  socket.on('error', () => socket.destroy());
  socket.resume().once('end', () => socket.end());
});
server.listen(Number(PORT), '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : PORT;
  console.log(`The platform is at http://127.0.0.1:${port}`);
});
