/** What it costs to import a platform's accounts, and to import them again when nothing has changed. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Engine } from '../../src/storage/database.ts';
import { openCluster } from '../../test/support/postgres.ts';
import { type Size, sqliteIn } from '../size.ts';
import { figure, type Table } from '../table.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');

/** Imports the same file twice, on both engines. */
export async function measureImport(size: Size): Promise<Table[]> {
  const file = await writeAccounts(size);
  const rows: (string | number)[][] = [];
  for (const engine of ['sqlite', 'postgres'] as const) {
    const url = await urlOf(engine, size);
    await command(['migrate', '--database-url', url]);
    for (const time of ['first', 'again']) {
      const { seconds, megabytes } = await command([
        'accounts',
        'import',
        file,
        '--database-url',
        url,
      ]);
      rows.push([
        engine,
        time,
        figure(seconds),
        figure(size.imported / seconds),
        figure(megabytes),
      ]);
    }
  }
  const title = `Import of ${figure(size.imported)} accounts`;
  return [{ title, columns: ['engine', 'time', 'seconds', 'accounts/s', 'peak MB'], rows }];
}

async function urlOf(engine: Engine, size: Size): Promise<string> {
  return engine === 'sqlite'
    ? sqliteIn(size.folder, 'import')
    : (await openCluster()).createDatabase();
}

/** Every third account is a subaccount of the one before it. */
async function writeAccounts({ folder, imported }: Size): Promise<string> {
  const path = join(folder, 'accounts.ndjson');
  const file = createWriteStream(path);
  const hex = (number: number) => number.toString(16).padStart(32, '0');
  for (let index = 1; index <= imported; index += 1) {
    const owner = index % 3 === 0 ? { owner_account_sid: `AC${hex(index - 1)}` } : {};
    const account = { sid: `AC${hex(index)}`, auth_token: hex(index * 7919), ...owner };
    if (!file.write(`${JSON.stringify(account)}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
  return path;
}

async function command(words: readonly string[]): Promise<{ seconds: number; megabytes: number }> {
  const child = spawn('/usr/bin/time', ['-f', '%e %M', process.execPath, MAIN, ...words], {
    env: { ...process.env, CONNECT_APPS_SECRET_KEY: '0'.repeat(32) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said = await text(child.stderr);
  const [, seconds, kilobytes] = /([\d.]+) (\d+)\s*$/.exec(said) ?? [];
  if (kilobytes === undefined) throw new Error(said);
  return { seconds: Number(seconds), megabytes: Number(kilobytes) / 1024 };
}
