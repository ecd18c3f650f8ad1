/**
 * `npm run bench`: every figure of docs/performance.md, or those of the parts that are named:
 * `npm run bench -- requests workers`. What is measured is written to bench/results.json, and drawn by
 * bench/chart.ts. Sizes: size.ts.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureConsole } from './parts/console.ts';
import { measureFootprint } from './parts/footprint.ts';
import { measureGateway } from './parts/gateway.ts';
import { measureGrowth } from './parts/growth.ts';
import { measureImport } from './parts/import.ts';
import { measureOverload } from './parts/overload.ts';
import { measurePostgres } from './parts/postgres.ts';
import { measureRecord } from './parts/record.ts';
import { measureRequests } from './parts/requests.ts';
import { measureSoak } from './parts/soak.ts';
import { measureStandIns } from './parts/stand-ins.ts';
import { measureTestkit } from './parts/testkit.ts';
import { measureWorkers } from './parts/workers.ts';
import { type Size, sizeIn } from './size.ts';
import { type Table, toMarkdown } from './table.ts';

const PARTS: Readonly<Record<string, (size: Size) => Promise<Table[]>>> = {
  requests: measureRequests,
  record: measureRecord,
  console: measureConsole,
  'stand-ins': measureStandIns,
  postgres: measurePostgres,
  workers: measureWorkers,
  gateway: measureGateway,
  overload: measureOverload,
  growth: measureGrowth,
  soak: measureSoak,
  import: measureImport,
  footprint: measureFootprint,
  testkit: measureTestkit,
};
const RESULTS = join(import.meta.dirname, 'results.json');

const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(PARTS);
const results: Record<string, Table[]> = existsSync(RESULTS)
  ? JSON.parse(readFileSync(RESULTS, 'utf8'))
  : {};
for (const name of chosen) {
  const part = PARTS[name];
  if (part === undefined) throw new Error(`There is no ${name}; there are ${Object.keys(PARTS)}`);
  const folder = await mkdtemp(join(tmpdir(), 'connect-apps-bench-'));
  try {
    const tables = await part(sizeIn(folder));
    results[name] = tables;
    writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
    process.stdout.write(`${tables.map(toMarkdown).join('\n')}\n`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
process.exit();
