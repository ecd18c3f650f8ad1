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
    'deploy/alarms',
    'observability/tracing',
    'documents/site',
    'cli/(both-ways|commands|connect|examples|huge-bodies|older-schema|orphans|password|pipes|preflight|servers)',
    '(console|consent)/.*browser',
    'deploy/kubernetes',
    'docs/viewer',
    'outgoing/hostile-receivers',
    '^test/examples',
    'repository/(rehearsal|workflows)',
    '(stand-ins|storage)/kill',
    'storage/postgres-(outage|second-try|standby|tls)',
    'testing/(action|fixtures|languages|many-servers|many-worlds|page|runners|test-server)',
  ].join('|'),
);

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

const { status } = spawnSync(
  process.execPath,
  [
    `--import=${join(ROOT, 'test/support/deadline.ts')}`,
    '--test',
    '--test-concurrency=4',
    '--test-timeout=1200000',
    ...options,
    ...(files.length > 0 ? files : chosen),
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
process.exitCode = status ?? 1;
