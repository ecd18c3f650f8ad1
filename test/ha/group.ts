/**
 * Three PostgreSQL servers with automatic failover, as docs/operating.md describes them, on free ports
 * of loopback: Patroni decides, three etcd keep its decision, haproxy leads to the primary.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { childrenOf } from '../support/children.ts';
import { ended } from '../support/cli.ts';
import { freePorts } from '../support/free-port.ts';
import { asPostgres, isRoot, POSTGRES_FOLDER } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { nodeConfiguration, type Ports, proxyConfiguration } from './configuration.ts';

const PROGRAMS = ['/usr/bin/etcd', '/usr/bin/patroni', '/usr/sbin/haproxy'];

/** Why there can be no group here; in CI there must be one. */
export const GROUP_OBSTACLE =
  process.env.CI !== 'true' && !(PROGRAMS.every(existsSync) && POSTGRES_FOLDER)
    ? 'SKIPPED: apt-get install postgresql patroni python3-etcd etcd-server haproxy'
    : undefined;

const START_MS = 90_000;

export interface Group {
  /** The URL of the primary's database, whichever server that is. */
  url: string;
  /** The URL of one server, past the proxy. */
  urlOf(name: string): string;
  /** The name of the primary: n1, n2 or n3. */
  primary(): Promise<string>;
  /** Ends the database server at once; Patroni beside it lives. */
  killServer(name: string): void;
  /** Ends everything on a machine at once. */
  killHost(name: string): void;
  /** Starts again what `killHost` ended. */
  startHost(name: string): void;
  /** Holds everything on a machine, as a paused virtual machine would. */
  pause(name: string): void;
  /** Lets it go on from where it was. */
  resume(name: string): void;
  /** Resolves when there is one primary, and both others follow it. */
  healthy(): Promise<void>;
  close(): Promise<void>;
}

interface Member {
  name: string;
  ports: Ports;
  data: string;
  file: string;
  patroni?: ChildProcess;
}

/** Starts the group and resolves when it is healthy. */
export async function startGroup(): Promise<Group> {
  const folder = mkdtempSync(join(tmpdir(), 'connect-apps-group-'));
  for (const part of ['data', 'etcd', 'log']) mkdirSync(join(folder, part), { mode: 0o700 });
  const processes: ChildProcess[] = [];
  const start = (log: string, words: readonly string[], asUser = true) => {
    const [program = '', ...rest] = asUser
      ? asPostgres(words[0] ?? '', words.slice(1), 'TERM')
      : words;
    const child = spawn(program, rest, {
      cwd: '/',
      env: { PATH: `${POSTGRES_FOLDER}:${process.env.PATH}`, HOME: folder, LC_ALL: 'C.UTF-8' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const file = createWriteStream(join(folder, 'log', `${log}.log`), { flags: 'a' });
    child.stdout?.pipe(file);
    child.stderr?.pipe(file);
    processes.push(child);
    return child;
  };

  const [proxyPort = 0, ...free] = await freePorts(1 + 3 * 4);
  const members: Member[] = ['n1', 'n2', 'n3'].map((name) => {
    const [sql = 0, rest = 0, etcd = 0, peer = 0] = free.splice(0, 4);
    const data = join(folder, 'data', name);
    return { name, ports: { sql, rest, etcd, peer }, data, file: join(folder, `${name}.json`) };
  });
  const proxyFile = join(folder, 'haproxy.cfg');
  const nodes = members.map(({ name, ports }) => ({ name, ports }));
  for (const member of members) {
    const text = nodeConfiguration(member, nodes, { folder, programs: POSTGRES_FOLDER ?? '' });
    await writeFile(member.file, text);
  }
  await writeFile(proxyFile, proxyConfiguration(proxyPort, nodes));
  if (isRoot()) execFileSync('chown', ['-R', 'postgres', folder]);

  const url = (port: number) => `http://127.0.0.1:${port}`;
  const peers = members.map(({ name, ports }) => `${name}=${url(ports.peer)}`).join();
  for (const { name, ports } of members) {
    start(`etcd-${name}`, [
      'etcd',
      `--name=${name}`,
      `--data-dir=${join(folder, 'etcd', name)}`,
      `--listen-client-urls=${url(ports.etcd)}`,
      `--advertise-client-urls=${url(ports.etcd)}`,
      `--listen-peer-urls=${url(ports.peer)}`,
      `--initial-advertise-peer-urls=${url(ports.peer)}`,
      `--initial-cluster=${peers}`,
      '--initial-cluster-state=new',
      '--enable-v2=true',
      '--heartbeat-interval=100',
      '--election-timeout=1000',
    ]);
  }

  const memberOf = (name: string) => {
    const found = members.find((member) => member.name === name);
    if (found === undefined) throw new Error(`There is no member ${name}`);
    return found;
  };
  const startHost = (name: string) => {
    const member = memberOf(name);
    member.patroni = start(`patroni-${name}`, ['patroni', member.file]);
  };
  const serverPids = ({ data }: Member) => {
    const file = join(data, 'postmaster.pid');
    if (!existsSync(file)) return [];
    const [pid = ''] = readFileSync(file, 'utf8').split('\n');
    return pid === '' ? [] : [Number(pid), ...childrenOf(Number(pid))];
  };
  const signal = (pids: readonly (number | undefined)[], name: NodeJS.Signals) => {
    for (const pid of pids) if (pid !== undefined) tryToSignal(pid, name);
  };
  const signalHost = (name: string, sent: NodeJS.Signals) => {
    const member = memberOf(name);
    signal([member.patroni?.pid, ...serverPids(member)], sent);
  };
  async function answers(name: string, path: string): Promise<boolean> {
    const reply = fetch(`${url(memberOf(name).ports.rest)}${path}`, {
      signal: AbortSignal.timeout(1000),
    });
    return reply.then(
      ({ ok }) => ok,
      () => false,
    );
  }
  async function findPrimaries(): Promise<string[]> {
    const are = await Promise.all(members.map(({ name }) => answers(name, '/primary')));
    return members.flatMap(({ name }, index) => (are[index] ? name : []));
  }
  async function isHealthy(): Promise<boolean> {
    const [primary, ...more] = await findPrimaries();
    const followers = members.map(({ name }) => answers(name, '/replica?lag=1MB'));
    const following = (await Promise.all(followers)).filter(Boolean);
    return primary !== undefined && more.length === 0 && following.length === 2;
  }

  const group: Group = {
    url: databaseUrl(proxyPort),
    urlOf: (name) => databaseUrl(memberOf(name).ports.sql),
    async primary() {
      let primary: string | undefined;
      const isThere = async () => {
        [primary] = await findPrimaries();
        return primary !== undefined;
      };
      await until('there is a primary', isThere, START_MS);
      return primary ?? '';
    },
    killServer: (name) => signal(serverPids(memberOf(name)), 'SIGKILL'),
    killHost: (name) => signalHost(name, 'SIGKILL'),
    startHost,
    pause: (name) => signalHost(name, 'SIGSTOP'),
    resume: (name) => signalHost(name, 'SIGCONT'),
    healthy: () => until('the group is healthy', isHealthy, START_MS),
    async close() {
      for (const member of members) {
        signalHost(member.name, 'SIGCONT');
        signal(serverPids(member).slice(0, 1), 'SIGQUIT');
      }
      for (const child of processes) child.kill('SIGKILL');
      await Promise.all(processes.map(ended));
      // Patroni may have started a server in the meantime.
      for (const member of members) signal(serverPids(member), 'SIGKILL');
      await setTimeout(200);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  try {
    startHost('n1');
    await until('there is a primary', () => answers('n1', '/primary'), START_MS);
    startHost('n2');
    startHost('n3');
    start('haproxy', ['haproxy', '-db', '-f', proxyFile], false);
    await group.healthy();
    return group;
  } catch (error) {
    await group.close();
    throw error;
  }
}

function databaseUrl(port: number): string {
  return `postgres://postgres:secret@127.0.0.1:${port}/postgres`;
}

function tryToSignal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended already.
  }
}
