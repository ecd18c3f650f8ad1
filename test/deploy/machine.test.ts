/** The systemd unit, installed, started, used and stopped by the commands of docs/containers.md, under a real systemd. */

import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { blockOf } from '../support/guide.ts';
import { bringNpm } from '../support/npm.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const SYSTEMD = '/lib/systemd/systemd';
const MACHINE = ['--mount', 'bash', join(import.meta.dirname, 'machine.sh')];
const OBSTACLE = findObstacle();
const skip = OBSTACLE !== undefined && `SKIPPED: ${OBSTACLE}`;

/** Why no machine boots here. What CI lacks of programs is a failure there; what its kernel lacks is not. */
function findObstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'Only root boots a machine.';
  if (!existsSync(SYSTEMD) && process.env.CI !== 'true') {
    return 'There is no systemd here: apt-get install systemd';
  }
  const { stdout, stderr } = spawnSync('unshare', [...MACHINE, tmpdir(), '/bin/echo', 'booted'], {
    encoding: 'utf8',
  });
  return stdout.includes('booted') ? undefined : `No machine boots here: ${stderr}`;
}
const block = (name: string) => blockOf(`sh ${name}`, 'containers.md');

describe('the systemd unit', { skip }, () => {
  let folder: string;
  let machine: ChildProcess;
  let systemd: number;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'connect-apps-machine-'));
    await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: ROOT });
    await bringNpm(folder);
    await copyFile(process.execPath, join(folder, 'node'));
    const words = [...MACHINE, folder, SYSTEMD, '--system', '--unit=basic.target'];
    machine = spawn('unshare', words, { stdio: 'inherit' });
    await until('systemd has begun', () => {
      assert.equal(machine.exitCode, null);
      systemd = findSystemd(machine.pid) ?? 0;
      return systemd !== 0;
    });
    await until('it is up', () => succeeds('systemctl is-active basic.target'));
    await shell(`install /mnt/node /usr/local/bin/node
ln -sf /mnt/npm/bin/npm-cli.js /usr/local/bin/npm`);
  });
  after(async () => {
    if (machine?.exitCode === null) {
      const exited = once(machine, 'exit');
      if (!(await succeeds('systemctl exit')) && systemd) process.kill(systemd, 'SIGKILL');
      await exited;
    }
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  /** Runs lines on the machine; with the network of ours where they install something. */
  async function shell(lines: string, { isOnline = false } = {}): Promise<string> {
    const spaces = isOnline ? ['--mount', '--pid', '--ipc', '--uts'] : ['--all'];
    const words = ['--target', `${systemd}`, ...spaces, 'sh', '-ec', `cd /mnt\n${lines}`];
    const env = Object.entries(process.env).filter(
      ([name]) => !/^(?:npm_|CONNECT_APPS_)/.test(name),
    );
    const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    const { stdout } = await run('nsenter', words, { env: { ...Object.fromEntries(env), PATH } });
    return stdout.trim();
  }

  const succeeds = (line: string) =>
    shell(line).then(
      () => true,
      () => false,
    );
  const isReady = () => succeeds('curl --silent --fail http://127.0.0.1:2010/readyz');

  it('is installed and started, and serves an account that a command has created', async () => {
    await shell(block('systemd'), { isOnline: true });
    await until('it is ready', isReady);
    const { sid, auth_token } = JSON.parse(await shell(block('systemd-account')));
    const path = `http://127.0.0.1:2010/2010-04-01/Accounts/${sid}.json`;
    const reply = await shell(`curl --silent --fail --user ${sid}:${auth_token} ${path}`);
    assert.equal(JSON.parse(reply).sid, sid);
    const log = await shell('journalctl --unit connect-apps --output cat');
    assert.match(log, /^\{.*"http\.response\.status_code":200.*\}$/m);
  });

  it('is nobody, and has no rights', async () => {
    const status = await shell(
      'cat /proc/$(systemctl show --value --property MainPID connect-apps)/status',
    );
    assert.doesNotMatch(status, /^Uid:\t0\b/m);
    assert.match(status, /^CapEff:\t0+$/m);
    assert.match(status, /^NoNewPrivs:\t1$/m);
    assert.match(status, /^Seccomp:\t2$/m);
    assert.equal(await shell('stat --format %a /var/lib/connect-apps/'), '700');
  });

  it('keeps its data over a restart, and ends with 0 when it is stopped', async () => {
    await shell('systemctl restart connect-apps');
    await until('it is ready again', isReady);
    const flags = /--env-file.*/.exec(block('systemd-account'))?.[0];
    const list = `/opt/connect-apps/node_modules/.bin/connect-apps accounts list --json ${flags}`;
    assert.match(await shell(list), /"Pet Shop"/);
    await shell('systemctl stop connect-apps');
    const ended = await shell('systemctl show --property Result,ExecMainStatus connect-apps');
    assert.equal(ended, 'Result=success\nExecMainStatus=0');
  });
});

/** The process that has become systemd, among those that `pid` has started, as this machine counts them. */
function findSystemd(pid: number | undefined): number | undefined {
  const read = (name: string) => {
    try {
      return readFileSync(`/proc/${pid}/${name}`, 'utf8').trim();
    } catch {
      return '';
    }
  };
  if (read('comm') === 'systemd') return pid;
  const children = read(`task/${pid}/children`).split(' ').filter(Boolean);
  return children.map((child) => findSystemd(Number(child))).find((found) => found !== undefined);
}
