/** Between a gateway and our port: passes on what is asked, or fails in every way in which one can fail. */

import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';

export interface Relay {
  /** The target that it was last asked about, in the place that the gateway uses. */
  lastTarget(): string | undefined;
  setMode(mode: Mode): void;
  /** Listens again after `close`. */
  listen(): Promise<void>;
  /** Nobody listens then. */
  close(): Promise<void>;
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  pass(): void;
}

/** How long a slow port of gateways takes: more than the second that the recipes give it. */
const SLOW_MS = 2500;
const HUGE = '<h1>Oops</h1>'.repeat(250_000);
const PAGE = { 'content-type': 'text/html' };

const MODES = {
  'passes on': ({ pass }: Exchange) => pass(),
  'is late': ({ pass }: Exchange) => void setTimeout(pass, SLOW_MS),
  'never answers': () => {},
  'drops the connection': ({ request }: Exchange) => request.socket.destroy(),
  'answers garbage': ({ request }: Exchange) => request.socket.end('SSH-2.0-OpenSSH_9.2\r\n'),
  'stops in its head': ({ request }: Exchange) =>
    request.socket.end('HTTP/1.1 200 OK\r\nX-Connect-Identity: account='),
  'fails with a page': ({ response }: Exchange) => response.writeHead(500, PAGE).end(HUGE),
  'refuses with a huge page': ({ response }: Exchange) => response.writeHead(403, PAGE).end(HUGE),
  'is unavailable': ({ response }: Exchange) => response.writeHead(503, PAGE).end(),
  'is another service': ({ response }: Exchange) =>
    response.writeHead(200, PAGE).end('<h1>It works!</h1>'),
  'is a large service': ({ response }: Exchange) => response.writeHead(200, PAGE).end(HUGE),
  'has nothing to say': ({ response }: Exchange) => response.writeHead(204).end(),
  'says that nothing changed': ({ response }: Exchange) => response.writeHead(304).end(),
  'leads elsewhere': ({ response }: Exchange) =>
    response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
} as const;

export type Mode = keyof typeof MODES;

/** Every way to fail that a gateway gets an answer for at once. */
export const FAILURES = Object.keys(MODES).filter((mode): mode is Mode => mode !== 'passes on');

/** Starts one at `port`, in front of the port of gateways at `gatewayUrl`. */
export async function startRelay(port: number, gatewayUrl: string): Promise<Relay> {
  const onward = new URL(gatewayUrl);
  let mode: Mode = 'passes on';
  let last: string | undefined;
  const server = createServer({ maxHeaderSize: 65_536 }, (request, response) => {
    last = targetOf(request);
    const { url, method, rawHeaders } = request;
    const pass = () => {
      const { hostname, port: at } = onward;
      const options = { hostname, port: at, method, path: url, headers: rawHeaders, agent: false };
      const asked = httpRequest(options, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.rawHeaders);
        answer.pipe(response);
      });
      asked.on('error', () => response.destroy());
      request.pipe(asked);
    };
    MODES[mode]({ request, response, pass });
  });
  const listen = async () => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen();
  return {
    listen,
    lastTarget: () => last,
    setMode(next) {
      mode = next;
    },
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function targetOf({ url = '', headers }: IncomingMessage): string | undefined {
  const envoy = '/connect/v1/decide/envoy';
  if (url.startsWith(envoy)) return url.slice(envoy.length);
  return headers[url.includes('/forwarded') ? 'x-forwarded-uri' : 'x-original-uri']?.toString();
}
