/**
 * `npm test` runs what shows most faults in a few minutes, `npm run test:all` everything, `npm run test:all -- rest`
 * what `npm test` leaves out, and any of them only the files that are named: `npm test -- test/api/paging.test.ts`.
 */

import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
/** Long by nature: floods, races, kills, several processes, failover, browsers, other programs, every command and page. */
const LONG = new RegExp(
  [
    '^test/(attacks|clients|exec|fuzz|gateways|ha|images|openapi|package|processes)/',
    'api/overload',
    'callbacks/(hard-times|metrics|validators)',
    'deploy/(alarms|grafana|kubernetes|machine)',
    'observability/tracing',
    'documents/site',
    'cli/(both-ways|commands|connect|examples|huge-bodies|older-schema|orphans|password|pipes|preflight|servers)',
    '(console|consent)/.*browser',
    'docs/viewer',
    'outgoing/hostile-receivers',
    '^test/examples',
    'repository/(rehearsal|schemas|workflows)',
    '(stand-ins|storage)/kill',
    'storage/postgres-(outage|second-try|standby|tls)',
    'testing/(action|fixtures|languages|many-servers|many-worlds|page|runners|test-server)',
  ].join('|'),
);
/** Floods, races and kills: after all others, which they would spoil as others would spoil them. */
const FLOODS = new RegExp(
  [
    '^test/(attacks|processes)/',
    'api/overload',
    'callbacks/hard-times',
    'fuzz/slow-clients',
    '(stand-ins|storage)/kill',
    'testing/many-',
  ].join('|'),
);
/** Most of the time, a test waits. */
const SIDE_BY_SIDE = 4;
const FLOODS_AT_ONCE = 2;

const every = globSync('test/**/*.test.ts', {
  cwd: ROOT,
  exclude: (path) => path.includes('node_modules'),
});
const words = process.argv.slice(2);
const options = words.filter((word) => word.startsWith('--'));
const files = words.filter((word) => !word.startsWith('--') && word !== 'all' && word !== 'rest');
const isShort = (path: string) => !LONG.test(path);
const chosen = words.includes('all')
  ? every.filter((path) => !(words.includes('rest') && isShort(path)))
  : every.filter(isShort);

const named = files.length > 0 ? files : chosen;
const isFlood = (path: string) => FLOODS.test(path);
const others = named.filter((path) => !isFlood(path));
const statuses = [runFiles(others, SIDE_BY_SIDE), runFiles(named.filter(isFlood), FLOODS_AT_ONCE)];
process.exitCode = statuses.find((status) => status !== 0) ?? 0;

/** Runs test files, so many at once, and returns the exit code. */
function runFiles(paths: readonly string[], atOnce: number): number {
  if (paths.length === 0) return 0;
  const { status } = spawnSync(
    process.execPath,
    [
      `--import=${join(ROOT, 'test/support/deadline.ts')}`,
      '--test',
      `--test-concurrency=${atOnce}`,
      '--test-timeout=1200000',
      ...options,
      ...paths,
    ],
    {
      cwd: ROOT,
      stdio: 'inherit',
      // Each file is a process that imports most of the code: stripped and compiled once, not 150 times.
      env: {
        NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/connect-apps-tests'),
        ...process.env,
      },
    },
  );
  return status ?? 1;
}
