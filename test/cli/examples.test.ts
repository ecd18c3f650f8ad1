/** The help of every command, and its examples: pasted, on the demo data, they work. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Command } from 'commander';
import { createProgram } from '../../src/cli/program.ts';
import { ended, MAIN, originOf, runCommand, startCommand } from '../support/cli.ts';

/** Commands whose examples are not run here, and why. */
const NOT_RUN: Readonly<Record<string, string>> = {
  dev: 'runs until it is stopped',
  serve: 'runs until it is stopped',
  exec: 'runs a program that is not there',
  migrate: 'names a folder of the system',
  doctor: 'finds fault with demo data',
  health: 'asks a server on a fixed port',
  import: 'asks Twilio',
  'test-server': 'runs until it is stopped',
  world: 'asks a test server',
  snapshot: 'asks a test server',
  clock: 'asks a test server',
  fail: 'asks a test server',
  requests: 'asks a test server',
  'decisions list': 'asks a server on a fixed port',
};

interface Page {
  words: string;
  help: string;
  isGroup: boolean;
}

/** The help of a command and of all that it holds. */
function pagesOf(command: Command, words: readonly string[] = []): Page[] {
  let help = '';
  const write = (text: string) => {
    help += text;
  };
  command.configureOutput({ writeOut: write }).outputHelp();
  const isGroup = command.commands.length > 0;
  const page = { words: words.join(' '), help, isGroup };
  return [page, ...command.commands.flatMap((one) => pagesOf(one, [...words, one.name()]))];
}

const pages = pagesOf(createProgram({ exitCode: 0 }, false));
const leaves = pages.filter(({ isGroup }) => !isGroup);

it('every command is explained, with an example', () => {
  for (const { words, help, isGroup } of pages) {
    assert.ok(help.startsWith(`Usage: connect-apps${words && ` ${words}`}`), words);
    assert.match(help.split('\n')[2] ?? '', /^[a-zA-Z]/, `${words} has a description`);
    if (!isGroup) assert.match(help, /\nExamples?:\n {2}\$ /, words);
    assert.doesNotMatch(help, /\b(?:AC|CN)…/, `${words}: examples can be pasted`);
  }
  assert.ok(leaves.length >= 30, leaves.map(({ words }) => words).join(', '));
});

it('every command but servers and exec takes --json', () => {
  for (const { words, help } of leaves) {
    const isPrinting = !['dev', 'serve', 'exec'].includes(words);
    assert.equal(/^ {2}--json /m.test(help), isPrinting, words);
  }
});

describe('the examples', () => {
  let folder: string;
  let callbackSid: string;
  let keySid: string;
  let adminKeySid: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'connect-apps-examples-'));
    const seeded = join(folder, 'seeded');
    await cp(join(import.meta.dirname, '../../package.json'), join(seeded, 'unused.json'));
    const dev = startCommand(seeded, ['dev', '--port', '0']);
    await originOf(dev);
    dev.kill('SIGINT');
    assert.equal(await ended(dev), 0);
    const both = ['--account-sid', 'AC00000000000000000000000000000002'].concat([
      '--connect-app-sid',
      'CNb989fdd207b04d16aee578018ef5fd93',
    ]);
    for (const name of ['create', 'revoke', 'create']) {
      const { exitCode, stderr } = await runCommand(seeded, ['authorizations', name, ...both]);
      assert.equal(exitCode, 0, stderr);
    }
    const owner = ['--account-sid', 'AC00000000000000000000000000000001'];
    const listed = await runCommand(seeded, ['webhooks', 'list', ...owner, '--json']);
    callbackSid = JSON.parse(listed.stdout)[0].sid;
    const key = await runCommand(seeded, ['keys', 'create', ...owner, '--json']);
    keySid = JSON.parse(key.stdout).sid;
    const adminKey = await runCommand(seeded, [
      'admin-keys',
      'create',
      '--scope',
      'read',
      '--json',
    ]);
    adminKeySid = JSON.parse(adminKey.stdout).sid;
    await writeFile(join(seeded, 'accounts.ndjson'), `{"sid":"AC${'a'.repeat(32)}"}\n`);
    await writeFile(join(seeded, 'password.txt'), 'a long enough password\n');
    const program = join(folder, 'connect-apps');
    await writeFile(program, `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
    await chmod(program, 0o755);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const { words, help } of pages) {
    const examples = [...help.matchAll(/^ {2}\$ (connect-apps .*)$/gm)].map(
      ([, line = '']) => line,
    );
    for (const example of examples) {
      const [, first = ''] = example.split(' ');
      if (first in NOT_RUN || words in NOT_RUN) continue;
      it(`of ${words || 'the program'}: ${example}`, async () => {
        const place = join(folder, 'place');
        await rm(place, { recursive: true, force: true });
        await cp(join(folder, 'seeded'), place, { recursive: true });
        const filled = example
          .replace('WH…', callbackSid)
          .replace('SK…', keySid)
          .replace('AK…', adminKeySid);
        const { status, stdout, stderr } = spawnSync('sh', ['-c', filled], {
          cwd: place,
          env: { PATH: `${folder}${delimiter}${process.env.PATH}`, HOME: place },
          input: 'a long enough password\n',
          encoding: 'utf8',
        });
        assert.deepEqual([status, stderr], [0, ''], stdout);
        assert.notEqual(stdout, '');
      });
    }
  }
});
