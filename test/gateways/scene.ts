/**
 * A recipe of deploy/gateways/ with the real gateway: our server, the platform of examples/platform, and between
 * the gateway and our port a relay that can fail in every way.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { Settings } from '../../src/server/config.ts';
import { startWorld, type World } from '../gateway/gateway.ts';
import { ended, printedBy } from '../support/cli.ts';
import { freePorts } from '../support/free-port.ts';
import { until } from '../support/until.ts';
import type { Program } from './fronts.ts';
import { type Answer, ask } from './raw.ts';
import { type Relay, startRelay } from './relay.ts';

const ROOT = join(import.meta.dirname, '../..');
const RECIPES = join(ROOT, 'deploy/gateways');
const START_MS = 20_000;

/** What a server needs to be asked by every recipe, and to be the gateway itself. */
export function settingsFor(platform: Platform): Settings {
  return {
    GATEWAY_TOKEN: 'the-token-of-the-gateway',
    UPSTREAM: `http://127.0.0.1:${platform.port}`,
  };
}

export interface Platform {
  port: number;
  /** Resolves with a line for each request that reached it since the last call. */
  seen(): Promise<string[]>;
  close(): Promise<void>;
}

export interface Front {
  /** Where the gateway listens. */
  port: number;
  /** What it asks. */
  relay: Relay;
  /** Sends one request, as its lines. */
  ask(lines: readonly string[]): Promise<Answer>;
  close(): Promise<void>;
}

export interface Scene extends Front {
  world: World;
  platform: Platform;
}

/** Starts all that one gateway needs. */
export async function setScene(program: Program): Promise<Scene> {
  const platform = await startPlatform();
  const world = await startWorld('sqlite', settingsFor(platform));
  const close = async () => {
    await platform.close();
    await world.server.close();
  };
  const front = await openFront(program, world.server, platform).catch(async (error) => {
    await close();
    throw error;
  });
  return {
    ...front,
    world,
    platform,
    async close() {
      await front.close();
      await close();
    },
  };
}

/** Starts a gateway in front of a server and a platform. */
export async function openFront(
  program: Program,
  servers: { url: string; gatewayUrl: string },
  platform: Platform,
): Promise<Front> {
  const [port = 0, relayPort = 0] = await freePorts(2);
  const relay = await startRelay(relayPort, servers.gatewayUrl);
  if (program.command === undefined) {
    const own = portOf(servers.url);
    return { port: own, relay, ask: (lines) => ask(own, lines), close: relay.close };
  }
  const folder = await mkdtemp(join(tmpdir(), 'connect-apps-gateway-'));
  const ports = { 8080: port, 3000: platform.port, 2011: relayPort, 2010: portOf(servers.url) };
  for (const file of program.files) {
    const recipe = await readFile(join(RECIPES, file), 'utf8');
    await writeFile(join(folder, file), withPorts(recipe, ports));
  }
  for (const [file, content] of Object.entries(program.around?.(folder) ?? {})) {
    await writeFile(join(folder, file), content);
  }
  const [file = '', ...words] = program.command(folder);
  const gateway = spawn(file, words, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = Promise.all([text(gateway.stdout), text(gateway.stderr)]);
  const close = async () => {
    await stop(gateway);
    await relay.close();
    await rm(folder, { recursive: true, force: true });
  };
  const isReady = async () => {
    if (gateway.exitCode !== null) throw new Error((await said).join('\n'));
    return ask(port, ['GET / HTTP/1.1']).then(
      // Not the gateway's own 404, before it has read its routes.
      ({ status, head }) => status === 404 && /^twilio-request-id:/im.test(head),
      () => false,
    );
  };
  try {
    await until(`${program.name} answers`, isReady, START_MS);
  } catch (error) {
    await close();
    throw error;
  }
  return { port, relay, ask: (lines) => ask(port, lines), close };
}

/** A recipe with the ports of a test. */
export function withPorts(recipe: string, ports: Readonly<Record<string, number>>): string {
  return recipe.replaceAll(
    /(127\.0\.0\.1:|http:\/\/:|port_value: )(8080|3000|2011|2010)\b/g,
    (_, before: string, port: string) => `${before}${ports[port]}`,
  );
}

/** Starts the platform of examples/platform. */
export async function startPlatform(): Promise<Platform> {
  const child = spawn(process.execPath, [join(ROOT, 'examples/platform/server.ts')], {
    env: { PATH: process.env.PATH, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await printedBy(child, /is at (http:.*)/);
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  const port = portOf(url);
  let marks = 0;
  return {
    port,
    async seen() {
      marks += 1;
      const mark = `GET /mark-${marks} refused`;
      request({ host: '127.0.0.1', port, path: `/mark-${marks}` }, (answer) =>
        answer.resume(),
      ).end();
      await until('the platform has said all', () => lines.includes(mark));
      return lines.splice(0).filter((line) => line !== mark);
    },
    close: () => stop(child),
  };
}

/** Not SIGKILL, after which a worker of nginx would live on. */
async function stop(child: ChildProcess): Promise<void> {
  child.kill();
  await ended(child);
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
