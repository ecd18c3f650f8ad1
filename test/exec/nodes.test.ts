/**
 * The releases of Node.js that people have, and the HTTP clients that they use in them: none goes past the
 * proxy. test/clients/install.sh brings them.
 */

import assert from 'node:assert/strict';
import { cpSync, existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { run, runExec, startEchoServer, temporaryFolder } from './support.ts';

const FOLDER = join(import.meta.dirname, 'nodes');
const RELEASES = ['18', '20', '22', '24', '26'];
const PLACES = [
  'main program',
  'worker',
  'bare worker',
  'child process',
  'bare child process',
  'bare child process, awaited',
];

const programOf = (name: string) => join(FOLDER, 'node_modules', name, 'bin/node');

/** Why a program is not run here; CI runs all of them. */
function findObstacle(path: string): string | undefined {
  if (existsSync(path) || process.env.CI === 'true') return undefined;
  return `${path} is not there: run test/clients/install.sh`;
}

/** Those that find no proxy: with NODE_USE_ENV_PROXY, Node's own asks it for a tunnel to an address. */
const isServed = (line: string) =>
  / reached$|^http2-connect refused$|^https-address .*ERR_PROXY_TUNNEL/.test(line);

for (const release of RELEASES) {
  const node = programOf(`node-${release}`);
  describe(`Node.js ${release} under exec`, { skip: findObstacle(node) }, () => {
    for (const [kind, file] of [
      ['CommonJS', 'clients.cjs'],
      ['ES modules', 'clients.mjs'],
    ] as const) {
      for (const place of PLACES) {
        it(`leads every client of ${kind} to the server, in a ${place}`, async (t) => {
          const serverUrl = await startEchoServer(t);
          const command = [node, join(FOLDER, file), place];
          const { code, stdout, stderr } = await runExec(t, command, { serverUrl });
          const lines = stdout.split('\n').filter((line) => /^[a-z][a-z0-9-]+ /.test(line));
          assert.deepEqual(
            lines.filter((line) => !isServed(line)),
            [],
            stdout + stderr,
          );
          assert.equal(lines.length, 17, stdout + stderr);
          assert.equal(code, 0);
          assert.match(
            stderr,
            /1[56] requests reached the local server\. 1 request was stopped: api/,
          );
        });
      }
    }

    it('keeps what NODE_OPTIONS held, from a folder with any name', async (t) => {
      const folder = join(temporaryFolder(t), `it's a "folder" with spaces`);
      cpSync(join(import.meta.dirname, '../../src'), join(folder, 'src'), { recursive: true });
      writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
      symlinkSync(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'));
      const { changesToEnvironment } = await import(
        pathToFileURL(join(folder, 'src/exec/child-environment.ts')).href
      );
      const changes = changesToEnvironment(
        { NODE_OPTIONS: '--title=mine' },
        {
          proxyUrl: 'http://127.0.0.1:9',
          trust: { authority: '/none', bundle: '', javaTrustStore: '', phpIniFolder: '' },
          credentials: {},
          server: { url: 'http://127.0.0.1:9' },
        },
      );
      const { NODE_OPTIONS, _CONNECT_APPS_PROXY, _CONNECT_APPS_AUTHORITY } = changes;
      const program = `console.log(process.title, require('net').Socket.prototype.connect.length);
        require('tls').connect(443, 'api.twilio.com').on('error', (e) => console.log(e.port, e.code));`;
      const env = { NODE_OPTIONS, _CONNECT_APPS_PROXY, _CONNECT_APPS_AUTHORITY };
      const { stdout, stderr } = await run(node, ['-e', program], { env });
      assert.equal(stdout, 'mine 0\n9 ECONNREFUSED\n', stderr);
    });

    it('changes nothing without the variables of exec', async () => {
      const preload = join(import.meta.dirname, '../../src/exec/node-preload.cjs');
      const program = `const all = [require('net').Socket.prototype.connect, require('tls').connect,
        require('child_process').spawnSync, require('worker_threads').Worker];
        console.log(all.every((one) => !/toProxy|mend/.test(String(one))));`;
      const { stdout } = await run(node, ['--require', preload, '-e', program], { env: {} });
      assert.equal(stdout, 'true\n');
    });
  });
}

const ASK = `const answer = await fetch('https://api.twilio.com/x'); console.log(await answer.text());
  const https = await import('node:https');
  https.get('https://api.twilio.com/y', (answer) => answer.on('data', (c) => console.log(String(c))));`;

for (const [name, path, words] of [
  ['Deno', 'deno/deno', ['run', '--allow-all']],
  ['Bun', 'bun/bin/bun', ['run']],
] as const) {
  const program = join(FOLDER, 'node_modules', path);
  it(`${name} reaches the server`, { skip: findObstacle(program) }, async (t) => {
    const serverUrl = await startEchoServer(t);
    const file = join(temporaryFolder(t), 'ask.mjs');
    writeFileSync(file, ASK);
    const { stdout, stderr } = await runExec(t, [program, ...words, file], { serverUrl });
    assert.ok(stdout.includes('"url":"/x"') && stdout.includes('"url":"/y"'), stdout + stderr);
    assert.match(stderr, /2 requests reached the local server\./);
  });
}
