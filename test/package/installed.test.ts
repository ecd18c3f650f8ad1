/**
 * The package as a stranger gets it: installed by npm from the tarball alone, and run by the commands of docs/install.md
 * on each supported Node.js, where there is no compiler. test/clients/install.sh brings those Node.js.
 */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { productionLicenses, VIEWER } from '../../scripts/licenses.ts';
import { ended, originOf, printedBy } from '../support/cli.ts';
import { blockOf } from '../support/guide.ts';
import { bringNpm } from '../support/npm.ts';
import { createShell, type Shell } from './shell.ts';

const ROOT = join(import.meta.dirname, '../..');
const NODES = join(ROOT, 'test/exec/nodes/node_modules');
const LARGEST_BYTES = 45_000_000;

/** An app that knows nothing but what `exec` tells it. */
const APP = `
const { TWILIO_ACCOUNT_SID: sid, TWILIO_AUTH_TOKEN: token } = process.env;
const reply = await fetch(\`https://api.twilio.com/2010-04-01/Accounts/\${sid}.json\`, {
  headers: { authorization: \`Basic \${btoa(\`\${sid}:\${token}\`)}\` },
});
console.log(reply.status, (await reply.json()).sid === sid);
`;

/** A test that starts a server of its own. */
const TEST = `
import { start } from 'connect-apps/testing';
const world = await start();
const { accountSid, authToken } = world.developer;
const reply = await fetch(\`\${world.url}/2010-04-01/Accounts/\${accountSid}.json\`, {
  headers: { authorization: \`Basic \${btoa(\`\${accountSid}:\${authToken}\`)}\` },
});
console.log(reply.status);
await world.close();
`;

const block = (name: string) => blockOf(`sh ${name}`, 'install.md').trim();
/** Where nothing listens: somebody's server may run where exec looks by itself. */
const EXEC = block('exec').replace(' -- ', ' --url http://127.0.0.1:1 -- ');

describe('the package, installed from its tarball', () => {
  let folder: string;
  let npm: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'connect-apps-installed-'));
    const words = ['pack', '--silent', '--pack-destination', folder];
    await promisify(execFile)('npm', words, { cwd: ROOT });
    npm = await bringNpm(folder);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Installs it into a new folder that has only these files. */
  async function install(node: string, files: Readonly<Record<string, string>>): Promise<Shell> {
    const place = await mkdtemp(join(folder, 'project-'));
    for (const [name, content] of Object.entries(files))
      await writeFile(join(place, name), content);
    const [tarball = ''] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
    await copyFile(join(folder, tarball), join(place, tarball));
    const shell = await createShell(place, node, npm);
    await shell.run(block('install'));
    return shell;
  }

  for (const release of ['22', '24', '26']) {
    const node = join(NODES, `node-${release}/bin/node`);
    const isThere = existsSync(node) || process.env.CI === 'true';
    const skip = isThere ? false : `${node} is not there: run test/clients/install.sh`;

    describe(`in an empty folder, on Node.js ${release}`, { skip }, () => {
      let shell: Shell;
      before(async () => {
        shell = await install(node, { 'app.mjs': APP });
      });

      it('answers the request that dev prints', async () => {
        const dev = shell.start(`${block('dev')} --port 0`);
        const curl = await printedBy(dev, /\n( +curl [\s\S]*?)\n\n/);
        assert.match(await shell.run(`${curl} --silent --fail`), /"account_sid"/);
        await shell.stop(dev);
      });

      it('runs a program with exec', async () => {
        assert.equal(await shell.run(EXEC), '200 true\n');
      });

      it('has a server for tests, which ends with its standard input', async () => {
        const server = shell.start(block('test-server'));
        const { url, world } = JSON.parse(await printedBy(server, /^(\{.+\})$/m));
        const { accountSid, authToken } = world.developer;
        assert.equal(await statusOf(url, accountSid, authToken), 200);
        server.stdin?.end();
        assert.equal(await ended(server), 0);
      });

      it('serves an account that a command has created', async () => {
        const serve = shell.start(`${block('serve')} --port 0`);
        const [origin, sid, token] = await Promise.all([
          originOf(serve),
          printedBy(serve, /"sid": ?"(AC\w+)"/),
          printedBy(serve, /"auth_token": ?"(\w+)"/),
        ]);
        assert.equal(await statusOf(origin, sid, token), 200);
        await shell.stop(serve);
      });
    });
  }

  describe('in a project that has another version of what it needs', () => {
    const project = { type: 'module', dependencies: { fastify: '4.29.1', undici: '6.29.1' } };
    let shell: Shell;
    before(async () => {
      const files = { 'package.json': JSON.stringify(project), 'app.mjs': APP, 'test.mjs': TEST };
      shell = await install(process.execPath, files);
    });

    it('runs a program with exec', async () => {
      assert.equal(await shell.run(EXEC), '200 true\n');
    });

    it('starts a server in a program', async () => {
      assert.equal(await shell.run('node test.mjs'), '200\n');
    });
  });

  describe('as it lies there', () => {
    let shell: Shell;
    let modules: string;
    before(async () => {
      shell = await install(process.execPath, {});
      modules = join(shell.place, 'node_modules');
    });

    it('is below 45 MB', async (test) => {
      let bytes = 0;
      for (const entry of await readdir(modules, { recursive: true, withFileTypes: true })) {
        if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
      }
      test.diagnostic(`${bytes} bytes`);
      assert.ok(bytes < LARGEST_BYTES, `${bytes} bytes`);
    });

    it('has no script that runs when it is installed, and nothing to compile', async () => {
      const lock = await readFile(join(modules, '.package-lock.json'), 'utf8');
      assert.doesNotMatch(lock, /"hasInstallScript"/);
      const own = await readFile(join(modules, 'connect-apps/package.json'), 'utf8');
      // npm asks people to approve them, the last where a package comes from disk.
      assert.doesNotMatch(own, /"(?:preinstall|install|postinstall|prepare)":/);
      const files = await readdir(modules, { recursive: true });
      assert.deepEqual(
        files.filter((name) => /(?:\.(?:c|cc|cpp|h|hpp)|\bbinding\.gyp)$/.test(name)),
        [],
      );
    });

    it('has an inventory of all its packages', async () => {
      const { components } = JSON.parse(await shell.run(block('sbom')));
      const names = components.map(({ group, name }: { group?: string; name: string }) =>
        group === undefined ? name : `${group}/${name}`,
      );
      const expected = [...productionLicenses().keys(), 'connect-apps'].filter(
        (name) => name !== VIEWER,
      );
      assert.deepEqual([...new Set(names)].toSorted(), expected.toSorted());
    });

    it('holds what a user needs, and nothing of how it was built', async () => {
      const files = await readdir(join(modules, 'connect-apps'), { recursive: true });
      const unwanted =
        /^(?:test|bench|build|scripts|docs\/(?:images|screenshots))|\.(?:map|png|tsbuildinfo)$/;
      assert.deepEqual(
        files.filter((name) => unwanted.test(name)),
        [],
      );
      for (const name of ['LICENSE', 'CHANGELOG.md', '.env.example', 'docs/install.md']) {
        assert.ok(files.includes(name), name);
      }
    });
  });
});

async function statusOf(origin: string, accountSid: string, authToken: string): Promise<number> {
  const authorization = `Basic ${btoa(`${accountSid}:${authToken}`)}`;
  const url = `${origin}/2010-04-01/Accounts/${accountSid}.json`;
  const { status } = await fetch(url, { headers: { authorization } });
  return status;
}
