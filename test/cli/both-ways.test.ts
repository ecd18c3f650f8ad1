/**
 * Every command that can act on a running server prints the same there as on the database: the same output, the same
 * errors, the same exit codes. Identifiers, secrets and times are compared by where they came up first.
 */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import type { Command } from 'commander';
import { createProgram } from '../../src/cli/program.ts';
import { originOf, startCommand, withPrefix } from '../support/cli.ts';
import { DATABASES, settingsOfDatabase } from '../support/databases.ts';
import type { Line } from './run-lines.ts';

const DEVELOPER = 'AC00000000000000000000000000000001';
const CUSTOMER = 'AC00000000000000000000000000000002';
const APP = 'CN00000000000000000000000000000001';
const NOBODY = `AC${'e'.repeat(32)}`;
const KEY = 'the-admin-key-that-only-the-tests-know';
const CONSENT = ['--account-sid', CUSTOMER, '--connect-app-sid', APP];
const PERSON = ['--email', 'developer@example.com'];

/** Command lines in their order; `@name` is what an earlier line printed under `sid`. */
const LINES: readonly Line[] = [
  [['accounts', 'create', '--friendly-name', 'Acme 🚀', '--type', 'Trial', '--json'], 'account'],
  [['accounts', 'create', '--owner', '@account']],
  [['accounts', 'create', '--owner', NOBODY]],
  [['accounts', 'create', '--friendly-name', 'x'.repeat(99)]],
  [['accounts', 'list']],
  [['accounts', 'list', '--owner', '@account', '--json']],
  [['accounts', 'show', '@account']],
  [['accounts', 'show', NOBODY, '--json']],
  [['accounts', 'show', 'no/thing?at#all']],
  [['accounts', 'suspend', '@account']],
  [['accounts', 'activate', '@account']],
  [['accounts', 'rotate-token', '@account', '--no-keep-old']],
  [['accounts', 'close', '@account']],
  [['accounts', 'activate', '@account']],
  [['accounts', 'import', 'accounts.ndjson']],
  [['accounts', 'import', 'accounts.ndjson', '--json']],
  [['accounts', 'import', 'none.ndjson']],
  [['import', '--from-twilio']],
  [['apps', 'create', '--account-sid', DEVELOPER, '--friendly-name', 'Mine', '--json'], 'app'],
  [['apps', 'create', '--account-sid', DEVELOPER, '--homepage-url', 'nonsense']],
  [['apps', 'list', '--account-sid', DEVELOPER]],
  [['apps', 'show', '@app']],
  [['apps', 'show', '@app', '--account-sid', CUSTOMER]],
  [['apps', 'update', '@app', '--permissions', 'get-all,post-all', '--description', '']],
  [['apps', 'update', '@app', '--permissions', 'everything']],
  [['apps', 'button', '@app', '--public-url', 'https://connect.example.com']],
  [['apps', 'delete', '@app', '--json']],
  [['authorizations', 'create', ...CONSENT, '--state', 'order 17', '--follow']],
  [['authorizations', 'create', '--account-sid', NOBODY, '--connect-app-sid', APP]],
  [['authorizations', 'list', '--account-sid', CUSTOMER]],
  [['authorizations', 'deny', ...CONSENT, '--json']],
  [['authorizations', 'revoke', ...CONSENT]],
  [['authorizations', 'revoke', ...CONSENT]],
  [['keys', 'create', '--account-sid', DEVELOPER, '--friendly-name', 'Mine', '--json'], 'key'],
  [['keys', 'list', '--account-sid', DEVELOPER]],
  [['keys', 'delete', '@key', '--account-sid', DEVELOPER]],
  [['keys', 'delete', '@key', '--account-sid', DEVELOPER]],
  [['admin-keys', 'create', '--scope', 'read', 'apps:write', '--json'], 'adminKey'],
  [['admin-keys', 'create', '--scope', 'all']],
  [['admin-keys', 'list']],
  [['admin-keys', 'delete', '@adminKey']],
  [['users', 'create', '--email', 'ada@example.com', '--account-sid', DEVELOPER]],
  [['users', 'list']],
  [['users', 'update', ...PERSON, '--operator']],
  [['users', 'update', ...PERSON, '--remove-account-sid', CUSTOMER]],
  [['users', 'update', ...PERSON, '--add-account-sid', NOBODY]],
  [['users', 'invite', '--email', 'bob@example.com', '--account-sid', CUSTOMER]],
  [['users', 'reset-link', ...PERSON, '--public-url', 'https://connect.example.com']],
  [['users', 'disable', ...PERSON, '--account-sid', DEVELOPER]],
  [['users', 'disable', ...PERSON, '--account-sid', CUSTOMER]],
  [['users', 'enable', ...PERSON, '--account-sid', DEVELOPER]],
  [['users', 'set-password', ...PERSON]],
  [['users', 'delete', ...PERSON]],
  [['users', 'delete', '--email', 'nobody@example.com', '--json']],
  [['webhooks', 'list', '--account-sid', DEVELOPER, '--json'], 'webhook'],
  [['webhooks', 'show', '@webhook', '--account-sid', CUSTOMER]],
  [['webhooks', 'retry', `WH${'e'.repeat(32)}`]],
  [['audit', 'list', '--account-sid', CUSTOMER, '--event-type', 'authorization.granted', '--csv']],
  [['audit', 'list', '--account-sid', CUSTOMER, '--source', 'nowhere']],
];

const ACCOUNTS = [
  { sid: `AC${'b'.repeat(32)}`, owner_account_sid: `AC${'a'.repeat(32)}`, friendly_name: 'Shop' },
  { sid: `AC${'a'.repeat(32)}`, auth_token: 'c'.repeat(32), status: 'suspended' },
  { sid: `AC${'d'.repeat(32)}`, auth_token: `$2b$12$${'x'.repeat(53)}` },
];

/** The commands that have --url, but for those that are no act. */
function commandsOf(parent: Command, path: readonly string[] = []): string[] {
  return parent.commands.flatMap((one) => {
    const words = [...path, one.name()];
    const canActOnServer = one.options.some(({ long }) => long === '--url');
    // A server's memory is in no database: test/gateway/explain.test.ts has that one.
    const others = ['exec', 'health', 'decisions list'];
    const isAct = canActOnServer && !others.includes(words.join(' '));
    return [...(isAct ? [words.join(' ')] : []), ...commandsOf(one, words)];
  });
}

/** What is different on each run, by where it came up first. */
function comparable(): (text: string) => string {
  const known = new Map<string, string>();
  const nameOf = (kind: string, value: string) => {
    known.set(value, known.get(value) ?? `<${kind} ${known.size}>`);
    return known.get(value) ?? '';
  };
  return (text) =>
    text
      .replace(/\b[A-Z]{2}[0-9a-f]{32}\b/g, (sid) => nameOf(sid.slice(0, 2), sid))
      .replace(/\b[0-9a-f]{64}\b|\b[0-9a-f]{32}\b/g, (secret) => nameOf('secret', secret))
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z|\w{3}, \d\d \w{3} \d{4} [\d:]+ \+0000/g, '<time>')
      .replace(/\d{4}-\d\d-\d\d \d\d:\d\d [ap]m/g, '<time>')
      .replace(/\/(join|reset-password)\/[\w-]+/g, '/$1/<secret>')
      .replace(/(in|:) (sqlite:\/\S+|postgres:\/\/\S+|http:\/\/127\.0\.0\.1:\d+)\./g, '$1 <place>.')
      .replace(/http:\/\/127\.0\.0\.1:\d+/g, '<origin>')
      // A callback is sent meanwhile.
      .replace(/"(status": "(pending|delivered|failed)"|attempts_made": \d+)/g, '<state>')
      .replace(/"next_attempt_at": (null|"<time>")/g, '<state>')
      .replace(/,(cli|admin),/g, ',<source>,')
      .replace(/,(127\.0\.0\.1)?,(<AE)/g, ',<address>,$2')
      .replaceAll(/ +/g, ' ');
}

async function runLines(
  folder: string,
  settings: Record<string, string>,
): Promise<{ printed: string; exitCode: number }[]> {
  await writeFile(join(folder, 'lines.json'), JSON.stringify(LINES));
  const child = spawn(process.execPath, [join(import.meta.dirname, 'run-lines.ts')], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, ...withPrefix(settings) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(await text(child.stdout));
}

for (const engine of DATABASES) {
  describe(`commands on a server and on its database, ${engine}`, () => {
    const sides: { folder: string; settings: Record<string, string>; server: ChildProcess }[] = [];
    before(async () => {
      for (const isRemote of [false, true]) {
        const folder = await mkdtemp(join(tmpdir(), 'connect-apps-both-'));
        const database = await settingsOfDatabase(engine);
        await writeFile(
          join(folder, 'accounts.ndjson'),
          ACCOUNTS.map((one) => `${JSON.stringify(one)}\n`).join(''),
        );
        const server = startCommand(folder, ['dev', '--port', '0'], {
          ...database,
          ADMIN_KEY: KEY,
        });
        const origin = await originOf(server);
        const settings = isRemote ? { URL: origin, ADMIN_KEY: KEY } : database;
        sides.push({ folder, settings, server });
      }
    });
    after(async () => {
      for (const { server, folder } of sides) {
        server.kill();
        await rm(folder, { recursive: true, force: true });
      }
    });

    it('are all tried', () => {
      const all = commandsOf(createProgram({ exitCode: 0 }, false));
      const tried = new Set(
        LINES.map(([words]) => words.slice(0, 2).join(' ').replace(/ --.*/, '')),
      );
      assert.deepEqual(
        all.filter((name) => !tried.has(name)),
        [],
      );
    });

    it('print the same', async () => {
      const transcripts = await Promise.all(
        sides.map(async ({ folder, settings }) => {
          const outcomes = await runLines(folder, settings);
          const compare = comparable();
          return outcomes.map(({ printed, exitCode }, index) =>
            compare(`$ ${LINES[index]?.[0].join(' ')}\n${printed}exit ${exitCode}`),
          );
        }),
      );
      const [local = [], remote = []] = transcripts;
      assert.equal(local.length, LINES.length);
      for (const [index, line] of local.entries()) assert.equal(remote[index], line);
    });
  });
}
