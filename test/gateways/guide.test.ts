/** docs/platforms.md from the import to the first enforced request, word for word but for the ports, with nginx. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { it } from 'node:test';
import { ended, MAIN } from '../support/cli.ts';
import { freePorts } from '../support/free-port.ts';
import { blockOf } from '../support/guide.ts';
import { until } from '../support/until.ts';
import { NGINX } from './fronts.ts';
import { withPorts } from './scene.ts';

const ROOT = join(import.meta.dirname, '../..');
const isMissing = NGINX.obstacle !== undefined && process.env.CI !== 'true';

it('the guide leads from an import to an enforced request', {
  skip: isMissing && NGINX.obstacle,
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'connect-apps-guide-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const [front = 0, platform = 0, gateways = 0, api = 0] = await freePorts(4);
  const ports = { 8080: front, 3000: platform, 2011: gateways, 2010: api };
  for (const name of ['deploy', 'examples']) await symlink(join(ROOT, name), join(folder, name));
  await mkdir(join(folder, 'bin'));
  const npx = `#!/bin/sh\nshift\nexec '${process.execPath}' '${MAIN}' "$@"\n`;
  await writeFile(join(folder, 'bin/npx'), npx, { mode: 0o755 });
  await writeFile(join(folder, 'accounts.ndjson'), block('json accounts'));

  const path = [join(folder, 'bin'), dirname(process.execPath), process.env.PATH];
  const shell = spawn('bash', ['-s'], {
    cwd: folder,
    // Its jobs end with it.
    detached: true,
    env: {
      PATH: path.join(delimiter),
      HOME: folder,
      PORT: String(platform),
      CONNECT_APPS_PORT: String(api),
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  t.after(async () => {
    if (shell.pid !== undefined && shell.exitCode === null) process.kill(-shell.pid);
    await ended(shell);
  });
  let printed = '';
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      printed += chunk;
    });
  }

  function block(name: string): string {
    const text = blockOf(name, 'platforms.md');
    return text.replaceAll(/\b(?:8080|2011)\b/g, (port) =>
      String(port === '8080' ? front : gateways),
    );
  }

  /** Runs a block to its end, and returns what it printed. */
  async function run(name: string): Promise<string> {
    printed = '';
    shell.stdin.write(`${block(name)}\necho "end of ${name}"\n`);
    await until(`the block ${name} has ended`, () => printed.includes(`end of ${name}\n`));
    return printed;
  }

  assert.match(await run('sh import'), /^created +2$/m);
  await run('sh serve');
  await until('it listens', () => isOpen(`http://127.0.0.1:${gateways}/`));
  await until('the API listens', () => isOpen(`http://127.0.0.1:${api}/readyz`));
  await run('sh platform');
  await until('the platform listens', () => isOpen(`http://127.0.0.1:${platform}/`));

  const recipe = await readFile(join(folder, 'connect-apps.conf'), 'utf8');
  assert.doesNotMatch(recipe, /the-token-of-the-gateway/);
  await writeFile(join(folder, 'nginx.conf'), withPorts(recipe, ports));
  for (const [file, text] of Object.entries(NGINX.around?.(folder) ?? {})) {
    await writeFile(join(folder, file), text);
  }
  const [program = '', ...words] = NGINX.command?.(folder) ?? [];
  const nginx = spawn(program, words, { cwd: folder, stdio: 'ignore' });
  t.after(async () => {
    nginx.kill();
    await ended(nginx);
  });
  await until('nginx listens', () => isOpen(`http://127.0.0.1:${front}/`));

  const asAccount = await run('sh account');
  assert.match(asAccount, /"x-connect-identity":"account=\\"ACc0{30}2\\", [^}]*by=\\"account\\"/);
  assert.doesNotMatch(asAccount, /"authorization":/);
  assert.match(asAccount, /"code":20003,.*"message":"Authenticate"/);
  const asApp = await run('sh app');
  assert.match(asApp, /by=\\"app\\", app=\\"CN[0-9a-f]{32}\\", permissions=\\"get-all\\"/);
  assert.match(asApp, /"code":20006,.*post-all.*"message":"Access Denied"/);
  assert.match(asApp, /permission_missing|post-all/);
  assert.match(await run('sh revoke'), /"code":20003,/);
});

/** Whether anything answers there. */
function isOpen(url: string): Promise<boolean> {
  return fetch(url, { redirect: 'manual' }).then(
    () => true,
    () => false,
  );
}
