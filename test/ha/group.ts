/**
 * Three PostgreSQL servers with automatic failover, as docs/postgresql.md describes them, on free ports
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
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childrenOf, processesIn, signalIfThere } from '../support/children.ts';
import { ended } from '../support/cli.ts';
import { freePorts } from '../support/free-port.ts';
import { asPostgres, isRoot, POSTGRES_FOLDER } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { nodeConfiguration, type Ports, proxyConfiguration } from './configuration.ts';

const ETCD = '/usr/bin/etcd';
const PATRONI = '/usr/bin/patroni';
const HAPROXY = '/usr/sbin/haproxy';

/** Why there can be no group on this machine. */
export const GROUP_LACK =
  [ETCD, PATRONI, HAPROXY].every(existsSync) && POSTGRES_FOLDER
    ? undefined
    : 'There can be no group here: apt-get install postgresql patroni python3-etcd etcd-server haproxy';

/** Why tests of it are skipped here, for node:test; in CI they are not, they fail. */
export const GROUP_OBSTACLE =
  GROUP_LACK !== undefined && process.env.CI !== 'true' ? `SKIPPED: ${GROUP_LACK}` : undefined;

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
  /** Ends everything on a machine at once: the server, Patroni and etcd. */
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
  etcd?: ChildProcess;
  patroni?: ChildProcess;
}

/**
 * Starts the group and resolves when it is healthy. Leaves nothing behind when that fails, or `signal`
 * ends it.
 */
export async function startGroup(signal?: AbortSignal): Promise<Group> {
  if (GROUP_LACK !== undefined) throw new Error(GROUP_LACK);
  const [proxyPort = 0, ...free] = await freePorts(1 + 3 * 4);
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
    // Neither ends it for the other.
    child.stdout?.pipe(file, { end: false });
    child.stderr?.pipe(file, { end: false });
    child.on('close', () => file.end());
    processes.push(child);
    return child;
  };

  const members: Member[] = ['n1', 'n2', 'n3'].map((name) => {
    const [sql = 0, rest = 0, etcd = 0, peer = 0] = free.splice(0, 4);
    const data = join(folder, 'data', name);
    return { name, ports: { sql, rest, etcd, peer }, data, file: join(folder, `${name}.json`) };
  });
  const proxyFile = join(folder, 'haproxy.cfg');
  const writeConfiguration = () => {
    const nodes = members.map(({ name, ports }) => ({ name, ports }));
    const place = { folder, programs: POSTGRES_FOLDER ?? '' };
    for (const member of members) {
      writeFileSync(member.file, nodeConfiguration(member, nodes, place));
    }
    writeFileSync(proxyFile, proxyConfiguration(proxyPort, nodes));
    if (isRoot()) execFileSync('chown', ['-R', 'postgres', folder]);
  };

  const url = (port: number) => `http://127.0.0.1:${port}`;
  const peers = members.map(({ name, ports }) => `${name}=${url(ports.peer)}`).join();
  const startEtcd = (member: Member) => {
    const { name, ports } = member;
    const data = join(folder, 'etcd', name);
    member.etcd = start(`etcd-${name}`, [
      ETCD,
      `--name=${name}`,
      `--data-dir=${data}`,
      `--listen-client-urls=${url(ports.etcd)}`,
      `--advertise-client-urls=${url(ports.etcd)}`,
      `--listen-peer-urls=${url(ports.peer)}`,
      `--initial-advertise-peer-urls=${url(ports.peer)}`,
      `--initial-cluster=${peers}`,
      `--initial-cluster-state=${existsSync(data) ? 'existing' : 'new'}`,
      '--enable-v2=true',
      '--heartbeat-interval=100',
      '--election-timeout=1000',
    ]);
  };
  const startPatroni = (member: Member) => {
    member.patroni = start(`patroni-${member.name}`, [PATRONI, member.file]);
  };

  const memberOf = (name: string) => {
    const found = members.find((member) => member.name === name);
    if (found === undefined) throw new Error(`There is no member ${name}`);
    return found;
  };
  const serverPids = ({ data }: Member) => {
    const file = join(data, 'postmaster.pid');
    if (!existsSync(file)) return [];
    const [pid = ''] = readFileSync(file, 'utf8').split('\n');
    return pid === '' ? [] : [Number(pid), ...childrenOf(Number(pid))];
  };
  const signalAll = (pids: readonly (number | undefined)[], sent: NodeJS.Signals) => {
    for (const pid of pids) if (pid !== undefined) signalIfThere(pid, sent);
  };
  const signalHost = (name: string, sent: NodeJS.Signals) => {
    const member = memberOf(name);
    signalAll([member.etcd?.pid, member.patroni?.pid, ...serverPids(member)], sent);
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
    killServer: (name) => signalAll(serverPids(memberOf(name)), 'SIGKILL'),
    killHost: (name) => signalHost(name, 'SIGKILL'),
    startHost(name) {
      startEtcd(memberOf(name));
      startPatroni(memberOf(name));
    },
    pause: (name) => signalHost(name, 'SIGSTOP'),
    resume: (name) => signalHost(name, 'SIGCONT'),
    healthy: () => until('the group is healthy', isHealthy, START_MS),
    async close() {
      for (const member of members) {
        signalHost(member.name, 'SIGCONT');
        signalAll(serverPids(member).slice(0, 1), 'SIGQUIT');
      }
      for (const child of processes) child.kill('SIGKILL');
      await Promise.all(processes.map(ended));
      // Patroni has started others, and they again.
      await until('nothing is left', () => {
        const left = processesIn(folder);
        signalAll(left, 'SIGKILL');
        return left.length === 0;
      });
      rmSync(folder, { recursive: true, force: true });
    },
  };
  const wait = (what: string, condition: () => Promise<boolean>) => {
    const look = () => {
      signal?.throwIfAborted();
      return condition();
    };
    return until(what, look, START_MS);
  };
  try {
    writeConfiguration();
    for (const member of members) startEtcd(member);
    const [first, ...others] = members;
    if (first) startPatroni(first);
    await wait('there is a primary', () => answers('n1', '/primary'));
    for (const member of others) startPatroni(member);
    start('haproxy', [HAPROXY, '-db', '-f', proxyFile], false);
    await wait('the group is healthy', isHealthy);
    return group;
  } catch (error) {
    await group.close();
    throw error;
  }
}

function databaseUrl(port: number): string {
  return `postgres://postgres:secret@127.0.0.1:${port}/postgres`;
}
