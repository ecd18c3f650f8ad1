/**
 * `npm test` runs what shows most faults in a few minutes, `npm run test:all` everything, and either
 * only the files that are named: `npm test -- test/api/paging.test.ts`.
 */

import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
/** Long by nature: floods, races, several processes, a group with failover, other people's programs. */
const LONG = /^test\/(attacks|clients|exec|fuzz|ha|openapi|processes)\//;

const words = process.argv.slice(2);
const options = words.filter((word) => word.startsWith('--'));
const files = words.filter((word) => !word.startsWith('--') && word !== 'all');
const every = globSync('test/**/*.test.ts', {
  cwd: ROOT,
  exclude: (path) => path.includes('node_modules'),
});
const chosen = words.includes('all') ? every : every.filter((path) => !LONG.test(path));

const { status } = spawnSync(
  process.execPath,
  [
    '--test',
    '--test-concurrency=4',
    '--test-timeout=600000',
    ...options,
    ...(files.length > 0 ? files : chosen.sort()),
  ],
  { cwd: ROOT, stdio: 'inherit' },
);
process.exitCode = status ?? 1;
