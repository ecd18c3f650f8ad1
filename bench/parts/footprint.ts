/** What the product takes of a machine: to start, to lie there, to be installed. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fill } from '../data.ts';
import { type Size, sqliteIn } from '../size.ts';
import { measureStartUps } from '../start-up.ts';
import { startServe, usageOf } from '../subject.ts';
import { figure, median, type Table } from '../table.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Start-up, idle memory and the size of what `npm install` brings. */
export async function measureFootprint(size: Size): Promise<Table[]> {
  const startUps = await measureStartUps(size.rounds);
  const data = await fill(sqliteIn(size.folder, 'footprint'), 1000);
  const subject = await startServe(data.environment);
  const idle = usageOf(subject.pids()).rssBytes / 2 ** 20;
  await subject.stop();
  const { mebibytes, packages } = install(join(size.folder, 'install'));
  return [
    {
      title: 'Footprint',
      columns: ['what', 'figure'],
      rows: [
        ['`connect-apps dev`, built, to its first answer', `${figure(median(startUps))} ms`],
        ['memory of an idle server', `${figure(idle)} MiB`],
        [
          'the package installed, with its production tree',
          `${figure(mebibytes)} MiB, ${packages} packages`,
        ],
      ],
    },
  ];
}

/** Installs the package as a user would. */
function install(folder: string): { mebibytes: number; packages: number } {
  mkdirSync(folder);
  const npm = (...words: string[]) =>
    execFileSync('npm', words, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  npm('init', '--yes');
  // As `npm pack` does by itself, but then its output is no JSON.
  execFileSync(process.execPath, [join(ROOT, 'build/slim.ts')]);
  const [{ filename }] = JSON.parse(npm('pack', ROOT, '--json', '--ignore-scripts'));
  npm('install', '--ignore-scripts', `./${filename}`);
  const [bytes = ''] = execFileSync('du', ['-sb', 'node_modules'], {
    cwd: folder,
    encoding: 'utf8',
  }).split('\t');
  const names = readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'));
  const packages = names.flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(folder, 'node_modules', name)) : name,
  );
  return { mebibytes: Number(bytes) / 2 ** 20, packages: packages.length };
}
