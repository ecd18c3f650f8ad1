/** What the tests of `exec` share: a stand-in for the server, commands under exec, conditions to wait for. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/clock.ts';
import { type ForwardProxy, startForwardProxy } from '../../src/exec/forward-proxy.ts';
import { createTally, type Tally } from '../../src/exec/tally.ts';
import { loadAuthority } from '../../src/exec/tls/certificate-authority.ts';

export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'connect-apps-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Listens on a free port of loopback; returns it. */
export async function listen(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A server that answers each request with what it received, and is well. */
export function createEchoServer(): Server {
  return createServer(async (request, response) => {
    const { method, url, headers } = request;
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({ method, url, headers, body: await text(request).catch(() => 'broken off') }),
    );
  });
}

export async function startEchoServer(t: TestContext): Promise<string> {
  return `http://127.0.0.1:${await listen(t, createEchoServer())}`;
}

/** A proxy with an authority of its own in front of an echo server, unless the test has another. */
export async function startProxy(
  t: TestContext,
  { serverUrl, upstream }: { serverUrl?: string; upstream?: URL } = {},
): Promise<ForwardProxy & { authority: string; notices: string[]; tally: Tally }> {
  const notices: string[] = [];
  const notice = (line: string) => notices.push(line);
  const authority = loadAuthority(temporaryFolder(t), systemClock, notice);
  const tally = createTally();
  const proxy = await startForwardProxy({
    serverUrl: serverUrl ?? (await startEchoServer(t)),
    authority,
    port: 0,
    upstream,
    tally,
    notice,
  });
  t.after(() => proxy.close());
  return { ...proxy, authority: authority.certificate, notices, tally };
}

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program of this machine to its end. */
export async function run(
  file: string,
  parameters: string[],
  options: { env?: NodeJS.ProcessEnv; input?: string } = {},
): Promise<Ended> {
  const child = spawn(file, parameters, { env: options.env ?? process.env });
  // Programs that read nothing may be gone before we have written it.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, stdout, stderr };
}

const EXEC = fileURLToPath(new URL('exec-process.ts', import.meta.url));

/** The parameters with which node runs `command` under exec, in a process of its own. */
export function execParameters(
  dataFolder: string,
  command: string[],
  serverUrl?: string,
): string[] {
  return [EXEC, dataFolder, serverUrl ?? 'http://127.0.0.1:9', ...command];
}

/** Runs `command` under exec to its end, with a throw-away echo server unless `serverUrl` answers. */
export function runExec(
  t: TestContext,
  command: string[],
  options: { env?: NodeJS.ProcessEnv; input?: string; serverUrl?: string } = {},
): Promise<Ended> {
  const parameters = execParameters(temporaryFolder(t), command, options.serverUrl);
  return run(process.execPath, parameters, options);
}

/** Waits until `condition` gives a value, and fails after `limitMs`. */
export async function waitFor<Value>(
  condition: () => Value | undefined | false | Promise<Value | undefined | false>,
  limitMs = 10_000,
): Promise<Value> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`not so within ${limitMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Whether a process runs: one that ended and that its new parent has not yet reaped does not. */
export async function isAlive(pid: number): Promise<boolean> {
  const { stdout } = await run('ps', ['-o', 'stat=', '-p', `${pid}`]);
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}

/** Whether this machine has a program: tests of one that is absent are skipped by name. */
export async function hasProgram(name: string): Promise<boolean> {
  return (await run('/bin/sh', ['-c', 'command -v "$1"', 'sh', name])).code === 0;
}
