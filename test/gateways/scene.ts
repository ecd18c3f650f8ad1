/**
 * A recipe of deploy/gateways/ with the real gateway: our server, the platform of examples/platform, and between
 * the gateway and our port a relay that can fail in every way.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { startWorld, type World } from '../gateway/gateway.ts';
import { ended, printedBy } from '../support/cli.ts';
import { freePorts } from '../support/free-port.ts';
import { until } from '../support/until.ts';

const RECIPES = join(import.meta.dirname, '../../deploy/gateways');
export const TOKEN = 'the-token-of-the-gateway';

export interface GatewayProgram {
  name: string;
  /** What this machine lacks, if anything. */
  obstacle: string | undefined;
  /** The files of the recipe; each is copied with the ports of the test. */
  files: readonly string[];
  /** What the test adds around the recipe. */
  around?: (folder: string) => Record<string, string>;
  command(folder: string): string[];
}

/** How the port of gateways behaves: as it does, or as one that has failed. */
export type Mode = 'pass' | 'drop' | 'garbage' | 'fail' | 'slow' | 'other service' | 'no answer';

export interface Scene {
  world: World;
  /** Where the gateway listens. */
  port: number;
  /** What the relay was last asked about: the target, in the place that the gateway uses. */
  lastTarget(): string | undefined;
  setMode(mode: Mode): void;
  /** Sends bytes to the gateway, and resolves with the whole answer. */
  raw(head: readonly string[]): Promise<{ status: number; head: string; body: string }>;
  close(): Promise<void>;
}

/** How long a slow port of gateways takes: more than the second that the recipes give it. */
const SLOW_MS = 2500;
const START_MS = 20_000;

export async function setScene(program: GatewayProgram): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'connect-apps-gateway-'));
  const [port = 0, platformPort = 0, relayPort = 0] = await freePorts(3);
  const world = await startWorld('sqlite', { GATEWAY_TOKEN: TOKEN });
  const platform = spawn(
    process.execPath,
    [join(import.meta.dirname, '../../examples/platform/server.ts')],
    {
      env: { PATH: process.env.PATH, PORT: String(platformPort) },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  await printedBy(platform, /is at (http:.*)/);
  const relay = createRelay(world.server.gatewayUrl);
  relay.server.listen(relayPort, '127.0.0.1');
  await once(relay.server, 'listening');

  const inTest = (recipe: string) =>
    recipe
      .replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`)
      .replaceAll('http://:8080', `http://:${port}`)
      .replaceAll('port_value: 8080', `port_value: ${port}`)
      .replaceAll(/(127\.0\.0\.1:|port_value: )3000/g, `$1${platformPort}`)
      .replaceAll(/(127\.0\.0\.1:|port_value: )2011/g, `$1${relayPort}`)
      .replaceAll(/(127\.0\.0\.1:|port_value: )2010/g, `$1${new URL(world.server.url).port}`);
  for (const file of program.files) {
    await writeFile(join(folder, file), inTest(await readFile(join(RECIPES, file), 'utf8')));
  }
  for (const [file, content] of Object.entries(program.around?.(folder) ?? {})) {
    await writeFile(join(folder, file), content);
  }
  const [file = '', ...words] = program.command(folder);
  const gateway = spawn(file, words, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = Promise.all([text(gateway.stdout), text(gateway.stderr)]);
  const raw = (head: readonly string[]) => send(port, head);
  const children: ChildProcess[] = [gateway, platform];
  try {
    await until(
      `${program.name} answers`,
      async () => {
        if (gateway.exitCode !== null) throw new Error((await said).join('\n'));
        return raw(['GET / HTTP/1.1']).then(
          // Not the gateway's own 404, before it has read its routes.
          ({ status, head }) => status === 404 && /^twilio-request-id:/im.test(head),
          () => false,
        );
      },
      START_MS,
    );
  } catch (error) {
    for (const child of children) child.kill();
    throw error;
  }
  return {
    world,
    port,
    lastTarget: relay.lastTarget,
    setMode: relay.setMode,
    raw,
    async close() {
      // Not SIGKILL, after which a worker of nginx would live on.
      for (const child of children) {
        child.kill();
        await ended(child);
      }
      relay.server.closeAllConnections();
      relay.server.close();
      await world.server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function createRelay(gatewayUrl: string): {
  server: Server;
  lastTarget(): string | undefined;
  setMode(mode: Mode): void;
} {
  const { hostname, port } = new URL(gatewayUrl);
  let mode: Mode = 'pass';
  let last: string | undefined;
  const server = createServer({ maxHeaderSize: 65_536 }, (request, response) => {
    const { url = '', method, rawHeaders, headers } = request;
    const named = url.startsWith('/connect/v1/decide/envoy')
      ? url.slice('/connect/v1/decide/envoy'.length)
      : url.includes('/forwarded')
        ? headers['x-forwarded-uri']
        : headers['x-original-uri'];
    last = named === undefined ? undefined : String(named);
    const pass = () => {
      const options = { hostname, port, method, path: url, headers: rawHeaders };
      const onward = httpRequest({ ...options, agent: false }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.rawHeaders);
        answer.pipe(response);
      });
      onward.on('error', () => response.destroy());
      request.pipe(onward);
    };
    switch (mode) {
      case 'pass':
        return pass();
      case 'slow':
        return void setTimeout(pass, SLOW_MS);
      case 'drop':
        return request.socket.destroy();
      case 'garbage':
        return request.socket.end('SSH-2.0-OpenSSH_9.2\r\n');
      case 'fail':
        return response.writeHead(500).end('<h1>Oops</h1>');
      case 'other service':
        return response.writeHead(200).end('<h1>It works!</h1>');
      case 'no answer':
        return undefined;
    }
  });
  return {
    server,
    lastTarget: () => last,
    setMode(next) {
      mode = next;
    },
  };
}

async function send(
  port: number,
  head: readonly string[],
): Promise<{ status: number; head: string; body: string }> {
  const socket = connect(port, '127.0.0.1');
  socket.setTimeout(15_000, () => socket.destroy(new Error('no answer in 15 s')));
  const hasHost = head.some((line) => /^host:/i.test(line));
  const [first = '', ...lines] = head;
  const whole = [first, ...(hasHost ? [] : ['Host: api.platform.example']), ...lines];
  socket.write(Buffer.from([...whole, 'Connection: close', '', ''].join('\r\n'), 'utf8'));
  const answer = await text(socket);
  const [top = '', ...rest] = answer.split('\r\n\r\n');
  const body = rest.join('\r\n\r\n');
  const isChunked = /^transfer-encoding: chunked/im.test(top);
  return {
    status: Number(/^HTTP\/1\.[01] (\d+)/.exec(top)?.[1]),
    head: top,
    body: isChunked ? body.replace(/^[0-9a-f]+\r\n|\r\n[0-9a-f]+\r\n(?:\r\n)?/gi, '') : body,
  };
}
