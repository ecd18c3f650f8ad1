/**
 * A real PostgreSQL for the tests of one process: a cluster of its own in a temporary folder, on a
 * free port of loopback, stopped by its process id when the process ends. Root starts it as the user
 * `postgres`, since PostgreSQL refuses root.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { childrenOf, signalIfThere } from './children.ts';
import { freePort } from './free-port.ts';

const DEBIAN = '/usr/lib/postgresql';

/** The folder of the server's programs; undefined where there is none. */
export const POSTGRES_FOLDER = findPrograms();

export interface Cluster {
  /** Makes an empty database, with some more words of CREATE DATABASE, and returns its URL. */
  createDatabase(more?: string): Promise<string>;
  /** Ends the server at once, as a power cut would. */
  kill(): Promise<void>;
  /** Kills the server and all its processes: none of them does anything more. */
  killAll(): Promise<void>;
  /** Kills the process of one connection; the server ends all others, and recovers. */
  killOne(): Promise<void>;
  /** Resolves when it takes connections. */
  isBack(): Promise<void>;
  /** Starts it again on the same port. */
  start(): Promise<void>;
}

export interface ClusterOptions {
  settings?: Readonly<Record<string, string>>;
  /** Files that the server reads, by name in its data folder. */
  files?: Readonly<Record<string, string>>;
}

let cluster: Promise<Cluster> | undefined;

/** The cluster of this process, started at the first call. */
export function openCluster(options?: ClusterOptions): Promise<Cluster> {
  cluster ??= startCluster(options);
  return cluster;
}

/** Starts a cluster with settings of its own. */
export async function startCluster({
  settings = {},
  files = {},
}: ClusterOptions = {}): Promise<Cluster> {
  const programs = POSTGRES_FOLDER;
  if (programs === undefined) throw new Error('There is no PostgreSQL: apt-get install postgresql');
  const folder = mkdtempSync(join(tmpdir(), 'connect-apps-postgres-'));
  const data = join(folder, 'data');
  if (isRoot()) execFileSync('chown', ['postgres', folder]);
  const initdb = [
    '-D',
    data,
    '-U',
    'tester',
    '--auth=trust',
    '--no-sync',
    '--locale=C',
    '-E',
    'UTF8',
  ];
  const [command = '', ...words] = asPostgres(join(programs, 'initdb'), initdb);
  execFileSync(command, words, { stdio: 'pipe', cwd: '/' });
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(data, name), content, { mode: 0o600 });
    if (isRoot()) execFileSync('chown', ['postgres', join(data, name)]);
  }
  const port = await freePort();
  const url = (name: string) => `postgres://tester@127.0.0.1:${port}/${name}`;
  let server: ChildProcess | undefined;
  process.once('exit', () => {
    server?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const log = join(folder, 'log');
  async function isBack(look = () => {}): Promise<void> {
    for (let tries = 0; tries < 400; tries += 1) {
      look();
      try {
        await run(url('postgres'), 'select 1');
        return;
      } catch {
        await setTimeout(50);
      }
    }
    throw new Error(`PostgreSQL does not start:\n${readFileSync(log, 'utf8')}`);
  }
  async function start(): Promise<void> {
    const options = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: '60',
      // Survives the end of its processes all the same; only a power cut would need it.
      fsync: 'off',
      ...settings,
    };
    const flags = Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const [program = '', ...rest] = asPostgres(join(programs ?? '', 'postgres'), [
      '-D',
      data,
      '-p',
      String(port),
      ...flags,
    ]);
    await isBack(() => {
      // One that finds something left of the one before gives up.
      if (server === undefined || server.exitCode !== null || server.signalCode !== null) {
        server = spawn(program, rest, {
          stdio: ['ignore', 'ignore', openSync(log, 'a')],
          cwd: '/',
        });
        server.unref();
      }
    });
  }
  async function end(signal: 'SIGQUIT' | 'SIGKILL'): Promise<void> {
    const ended = new Promise((resolve) => server?.once('exit', resolve));
    server?.kill(signal);
    await ended;
  }
  await start();
  let databases = 0;
  return {
    start,
    isBack: () => isBack(),
    async createDatabase(more = '') {
      databases += 1;
      const name = `test_${databases}`;
      await run(url('postgres'), `create database ${name} ${more}`);
      return url(name);
    },
    kill: () => end('SIGQUIT'),
    async killAll() {
      const processes = childrenOf(server?.pid ?? 0);
      const ended = end('SIGKILL');
      for (const pid of processes) signalIfThere(pid, 'SIGKILL');
      await ended;
    },
    async killOne() {
      const client = new pg.Client({ connectionString: url('postgres') });
      // The server ends this connection, too.
      client.on('error', () => {});
      await client.connect();
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      for (const { pid } of rows) process.kill(pid, 'SIGKILL');
    },
  };
}

async function run(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  // A server that ends says so here, too, at any time; what waits for it fails by itself.
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

/** Whether this process may, and for PostgreSQL must, become another user. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * The command that runs a program as the user `postgres`, without a shell or a parent in between: its
 * process id is the program's own.
 */
export function asPostgres(
  program: string,
  words: readonly string[],
  deathSignal = 'QUIT',
): string[] {
  if (!isRoot()) return [program, ...words];
  const user = ['--reuid=postgres', '--regid=postgres', '--clear-groups'];
  // A test that is killed takes its server with it.
  return ['setpriv', ...user, `--pdeathsig=${deathSignal}`, program, ...words];
}

function findPrograms(): string | undefined {
  const versions = existsSync(DEBIAN)
    ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a))
    : [];
  return versions
    .map((one) => join(DEBIAN, one, 'bin'))
    .find((one) => existsSync(join(one, 'initdb')));
}
