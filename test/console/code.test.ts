/** The code that the console shows: curl and Node.js run as they stand, what else is installed here is parsed. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { authorizeConnectApp } from '../../src/authorizations/operations.ts';
import { signCallback } from '../../src/callbacks/signature.ts';
import { updateConnectApp } from '../../src/connect-apps/operations.ts';
import { LANGUAGES, type Language, sampleOf } from '../../src/console/apps/samples.ts';
import { verificationOf } from '../../src/console/callbacks/verification.ts';
import { present } from '../api/narrow.ts';
import { runCommand } from '../support/cli.ts';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { visit } from '../support/visitor.ts';

/** How the text of a file is parsed, where it is not run. Java's compiler lacks the library, and says only that. */
const PARSERS: Record<Language, { file: string; command: string[]; accepts?: RegExp }> = {
  curl: { file: 'app.sh', command: ['sh', '-n'] },
  node: { file: 'app.cjs', command: [process.execPath, '--check'] },
  python: {
    file: 'app.py',
    command: ['python3', '-c', 'import ast, sys; ast.parse(open(sys.argv[1]).read())'],
  },
  ruby: { file: 'app.rb', command: ['ruby', '-c'] },
  php: { file: 'app.php', command: ['php', '-l'] },
  go: { file: 'main.go', command: ['gofmt', '-e', '-l'] },
  java: {
    file: 'App.java',
    command: ['javac', '-proc:none'],
    accepts: /package com\.twilio\S* does not exist|cannot find symbol/,
  },
  csharp: {
    file: 'Program.cs',
    command: [process.execPath, join(import.meta.dirname, '../support/parse-csharp.ts')],
  },
  cli: { file: 'app.sh', command: ['sh', '-n'] },
};

const PARAMETERS = { AccountSid: `AC${'1'.repeat(32)}`, ConnectAppSid: `CN${'2'.repeat(32)}` };
const TOKEN = '0123456789abcdef0123456789abcdef';
/** What a URL may hold, quotes among it. */
const URL_WITH_ALL = "http://app.example.com/it's/$HOME/`x`/(here)?q=O'Brien&a=!";

const engine = DATABASES[0] ?? 'sqlite';
describe('the code that the console shows', () => {
  let server: TestServer;
  let folder: string;
  let values: Parameters<typeof sampleOf>[1];

  before(async () => {
    server = await startServer({ engine });
    folder = await mkdtemp(join(tmpdir(), 'connect-apps-code-'));
    await symlink(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'));
    const { accountSid } = server.developer;
    values = { origin: server.url, accountSid, connectAppSid: server.connectAppSid };
    await updateConnectApp(server.context, accountSid, server.connectAppSid, {
      AuthorizeRedirectUrl: 'https://app.example.com/done',
      Permissions: 'get-all',
    });
  });
  after(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function authorize(): Promise<string> {
    const key = { accountSid: server.customer.accountSid, connectAppSid: server.connectAppSid };
    return (await authorizeConnectApp(server.context, key)).subaccountSid;
  }

  function runUnderExec(command: readonly string[], customerSid: string) {
    return runCommand(folder, ['exec', '--url', server.url, '--', ...command], {
      TWILIO_AUTH_TOKEN: server.developer.authToken,
      CUSTOMER_SID: customerSid,
    });
  }

  it('runs with curl as it stands, for the app and for a customer', async () => {
    const customerSid = await authorize();
    const path = join(folder, 'curl.sh');
    await writeFile(path, sampleOf('curl', values).code);
    const { stdout } = await runUnderExec(['sh', path], customerSid);
    assert.match(stdout, new RegExp(`"sid": ?"${server.connectAppSid}"`));
    assert.match(stdout, new RegExp(`"sid": ?"${customerSid}"`));
  });

  it('runs with Node.js under exec, for the app and for a customer', async () => {
    const customerSid = await authorize();
    const path = join(folder, 'node.cjs');
    await writeFile(path, sampleOf('node', values).code);
    const { stdout } = await runUnderExec([process.execPath, path], customerSid);
    assert.match(stdout, /Connect app for deletion\nSubaccount for ConnectApp/);
  });

  for (const [language, name] of LANGUAGES) {
    const { file, command, accepts } = PARSERS[language];
    const isMissing = spawnSync(present(command[0]), ['--version']).error !== undefined;
    it(`is whole in ${name}`, {
      skip: isMissing && process.env.CI !== 'true' && `${name} is not installed`,
    }, async () => {
      for (const [kind, code] of [
        ['sample', sampleOf(language, values).code],
        ...(['GET', 'POST'] as const).map((method) => [
          method,
          verificationOf(language, {
            method,
            url: URL_WITH_ALL,
            signed: URL_WITH_ALL,
            parameters: PARAMETERS,
          }),
        ]),
      ] as const) {
        const isCheck = language === 'java' && kind !== 'sample';
        const path = join(folder, isCheck ? 'Check.java' : file);
        await writeFile(path, present(code));
        const { status, stderr, stdout } = spawnSync(
          present(command[0]),
          [...command.slice(1), path],
          {
            encoding: 'utf8',
          },
        );
        if (accepts === undefined) {
          assert.equal(status, 0, `${kind}: ${stderr}`);
          if (language === 'go') assert.equal(stdout, '', 'gofmt would write it in another way');
          continue;
        }
        for (const line of stderr.split('\n').filter((one) => one.includes(': error:'))) {
          assert.match(line, accepts, `${kind}: ${stderr}`);
        }
      }
    });
  }

  for (const method of ['GET', 'POST'] as const) {
    it(`checks a ${method} with openssl and with the vendor’s library`, async () => {
      const { url, signed, signature } = signCallback({
        authToken: TOKEN,
        method,
        url: URL_WITH_ALL,
        parameters: PARAMETERS,
      });
      const given = { method, url, signed, parameters: PARAMETERS };
      const env = { ...process.env, TWILIO_AUTH_TOKEN: TOKEN, SIGNATURE: signature };
      const shell = spawnSync('sh', ['-c', verificationOf('curl', given)], {
        encoding: 'utf8',
        env,
      });
      assert.equal(shell.stdout.trim(), signature, shell.stderr);
      const path = join(folder, 'check.cjs');
      await writeFile(path, verificationOf('node', given));
      const node = spawnSync(process.execPath, [path], { encoding: 'utf8', env });
      assert.equal(node.stdout, 'true\n', node.stderr);
      const wrong = { ...env, SIGNATURE: `x${signature}` };
      const other = spawnSync(process.execPath, [path], { encoding: 'utf8', env: wrong });
      assert.equal(other.stdout, 'false\n', other.stderr);
    });
  }

  it('stands on the page with the SIDs of the app, and with no token', async () => {
    const { accountSid, authToken } = server.developer;
    const owner = visit(server);
    await owner.signIn('developer@example.com');
    const path = `/console/${accountSid}/apps/${server.connectAppSid}/code`;
    for (const [language] of LANGUAGES) {
      const { text, status } = await owner.get(`${path}?language=${language}`);
      assert.equal(status, 200);
      assert.ok(text.includes(server.connectAppSid));
      assert.ok(!text.replaceAll(accountSid, '').includes(authToken));
      if (language !== 'curl') assert.ok(text.includes(`connect-apps exec --url ${server.url} --`));
    }
    assert.equal((await owner.get(`${path}?language=%3Cb%3E`)).status, 200);
    const stranger = visit(server);
    await stranger.signIn('customer@example.com');
    assert.equal((await stranger.get(path)).status, 404);
    const own = path.replace(accountSid, server.customer.accountSid);
    assert.equal((await stranger.get(own)).status, 404);
  });
});
