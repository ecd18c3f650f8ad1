/** `connect-apps/testing` as others get it: from the packed package, in a folder that has nothing else. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);

const PROGRAM = `
import { type Credentials, type Options, start, type World } from 'connect-apps/testing';

const options: Options = { port: 0, seed: 1, now: new Date(0) };
const server: World = await start(options);
const people: Credentials[] = [server.developer, server.customer];
export const texts: string[] = [server.url, ...people.map(({ email }) => email)];
const closed: void = await server.close();
await server[Symbol.asyncDispose]();
export { closed };
// @ts-expect-error: a port is a number.
await start({ port: '0' });
// @ts-expect-error: what is not promised is not there.
server.context;
`;

/** Strict, and nothing but the package to know types from. */
const COMPILER_OPTIONS = {
  target: 'es2022',
  // Any environment has URL: browsers by `dom`, Node.js by its types.
  lib: ['es2022', 'dom'],
  types: [],
  module: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  noEmit: true,
};

describe('connect-apps/testing', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'connect-apps-package-'));
    const modules = join(folder, 'node_modules');
    const installed = join(modules, 'connect-apps');
    await mkdir(installed, { recursive: true });
    const words = ['pack', '--json', '--silent', '--pack-destination', folder];
    await run('npm', words, { cwd: ROOT });
    const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
    assert.ok(tarball);
    await run('tar', ['xf', join(folder, tarball), '-C', installed, '--strip-components=1']);
    // What npm would install beside it.
    const { dependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    for (const name of Object.keys(dependencies)) {
      const place = join(modules, name);
      await mkdir(join(place, '..'), { recursive: true });
      await symlink(join(ROOT, 'node_modules', name), place);
    }
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  });

  after(() => rm(folder, { recursive: true, force: true }));

  /** Runs a file in the folder, with nothing of the tester's environment. */
  async function runFile(name: string, text: string, options: readonly string[] = []) {
    await writeFile(join(folder, name), text);
    const env = { PATH: process.env.PATH, HOME: folder };
    return run(process.execPath, [...options, name], { cwd: folder, env });
  }

  for (const page of ['README.md', 'docs/testing.md']) {
    it(`runs the example of ${page}`, async () => {
      const text = await readFile(join(ROOT, page), 'utf8');
      const [, example] = /^```js\n([\s\S]*?)^```/m.exec(text) ?? [];
      assert.ok(example);
      const { stdout } = await runFile('example.js', example, ['--test']);
      assert.match(stdout, /pass 1\n[\s\S]*fail 0\n/);
    });
  }

  it('runs the example of its types, and lets the process end', async () => {
    const place = join(folder, 'node_modules/connect-apps/dist/testing.d.ts');
    const [, lines] = /@example\n([\s\S]*?) \*\//.exec(await readFile(place, 'utf8')) ?? [];
    assert.ok(lines);
    const example = lines.replaceAll(/^ \* ?/gm, '');
    const { stdout } = await runFile('types.js', `${example}console.log(connect_apps.length);`);
    assert.equal(stdout, '1\n');
  });

  it('has types that need no other types', async () => {
    await writeFile(join(folder, 'program.ts'), PROGRAM);
    const config = { compilerOptions: COMPILER_OPTIONS, files: ['program.ts'] };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { stdout } = await run(process.execPath, [compiler], { cwd: folder }).catch(
      (error: { stdout: string }) => error,
    );
    assert.equal(stdout, '');
  });

  it('is all that others may import, besides package.json', async () => {
    const program = `
      const { default: own } = await import('connect-apps/package.json', { with: { type: 'json' } });
      console.log(own.name);
      for (const name of ['connect-apps', 'connect-apps/dist/main.js']) {
        await import(name).catch(({ code }) => console.log(code));
      }`;
    const { stdout } = await runFile('others.js', program);
    const refusal = 'ERR_PACKAGE_PATH_NOT_EXPORTED';
    assert.equal(stdout, `connect-apps\n${refusal}\n${refusal}\n`);
  });
});
