/** A production server as a process: no secret that it handles is in what it writes anywhere. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { ended, metricsUrlOf, originOf, runCommand, startCommand } from '../support/cli.ts';
import { DATABASES, settingsOfDatabase } from '../support/databases.ts';
import { POSTGRES_FOLDER } from '../support/postgres.ts';

const SECRET_KEY = 'a secret key that only this test knows';

/** A secret as it could hide: raw, base64, base64url, hex, percent-encoded. */
function disguises(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const percent = [...bytes].map((byte) => `%${byte.toString(16)}`).join('');
  const base64 = bytes.toString('base64').replace(/=+$/, '');
  return [secret, base64, bytes.toString('base64url'), bytes.toString('hex'), percent];
}

/** All that the database keeps, by its place: the files of SQLite, or a dump of PostgreSQL. */
async function readDatabase(folder: string, url?: string): Promise<Record<string, string>> {
  if (url !== undefined) {
    const program = join(POSTGRES_FOLDER ?? '', 'pg_dump');
    return { dump: execFileSync(program, ['--inserts', url], { encoding: 'utf8' }) };
  }
  const places: Record<string, string> = {};
  for (const file of await readdir(folder)) {
    places[file] = (await readFile(join(folder, file))).toString('latin1');
  }
  return places;
}

for (const engine of DATABASES) {
  it(`writes no token and no key into database, log, metrics or errors on ${engine}`, async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'connect-apps-grep-'));
    context.after(() => rm(folder, { recursive: true, force: true }));
    const settings = await settingsOfDatabase(engine);
    const environment = { SECRET_KEY, ...settings };
    const json = async (...words: string[]) => {
      const outcome = await runCommand(folder, [...words, '--json'], environment);
      assert.equal(outcome.exitCode, 0, outcome.stderr);
      return JSON.parse(outcome.stdout);
    };
    assert.equal((await runCommand(folder, ['migrate'], environment)).exitCode, 0);
    const account = await json('accounts', 'create');
    const { auth_token: primary } = await json('accounts', 'rotate-token', account.sid);
    const secondary = account.auth_token;
    const wrong = 'f'.repeat(32);

    const child = startCommand(folder, ['serve', '--port', '0'], {
      ...environment,
      METRICS_PORT: '0',
      DRAIN_SECONDS: '0',
      LOG_LEVEL: 'trace',
    });
    let written = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        written += chunk.toString();
      });
    }
    const [origin, metricsUrl] = await Promise.all([originOf(child), metricsUrlOf(child)]);
    const answers: string[] = [];
    for (const token of [primary, secondary, wrong]) {
      const basic = Buffer.from(`${account.sid}:${token}`).toString('base64');
      for (const path of [
        `Accounts/${account.sid}/ConnectApps.json`,
        `Accounts/${account.sid}/ConnectApps/${token}.json`,
        `Accounts/${account.sid}/ConnectApps?PageToken=${token}`,
        `Accounts/${account.sid}/ConnectApps.csv?Password=${token}`,
      ]) {
        const reply = await fetch(`${origin}/2010-04-01/${path}`, {
          headers: { authorization: `Basic ${basic}`, cookie: `session=${token}` },
        });
        // An answer may hold what its own path said.
        answers.push((await reply.text()).replaceAll(path.split('?')[0] ?? '', ''));
        answers.push(JSON.stringify([...reply.headers]));
      }
      // What is no HTTP at all.
      await fetch(`${origin}/`, { method: 'POST', body: token }).then((reply) => reply.text());
    }
    answers.push(await (await fetch(metricsUrl)).text());
    child.kill();
    assert.equal(await ended(child), 0);

    const kept = await readDatabase(join(folder, '.connect-apps'), settings.DATABASE_URL);
    assert.ok(Object.values(kept).join().includes(account.sid), 'there is something in it');
    const places = { log: written, answers: answers.join('\n'), ...kept };
    assert.ok(
      written.includes('Twilio') || written.includes('connect_apps.request.id'),
      'there is a log',
    );
    for (const [place, text] of Object.entries(places)) {
      for (const secret of [primary, secondary, wrong, SECRET_KEY]) {
        for (const form of disguises(secret)) {
          assert.ok(
            !text.toLowerCase().includes(form.toLowerCase()),
            `${place} has a secret in it`,
          );
        }
      }
    }
  });

  it(`makes no account under another key than the database has, on ${engine}`, async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'connect-apps-key-'));
    context.after(() => rm(folder, { recursive: true, force: true }));
    const settings = await settingsOfDatabase(engine);
    const create = (more: Record<string, string>) =>
      runCommand(folder, ['accounts', 'create', '--json'], { ...settings, ...more });
    await runCommand(folder, ['migrate'], settings);
    assert.equal((await create({ SECRET_KEY })).exitCode, 0);
    const outcome = await create({});
    assert.equal(outcome.exitCode, 1);
    assert.match(outcome.stderr, /another secret key/);
    const list = await runCommand(folder, ['accounts', 'list', '--json'], {
      ...settings,
      SECRET_KEY,
    });
    assert.equal(JSON.parse(list.stdout).length, 1);
  });
}
