/** What docs/observability.md, the alarms and the dashboard name is what a real server shows. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { FIELD_NAMES } from '../../src/observability/fields.ts';
import { openContext, type TestContext } from '../support/context.ts';
import { type Family, parseExposition } from '../support/exposition.ts';
import { obstacleWithout } from '../support/obstacle.ts';
import { type ServeProcess, startServe } from '../support/serve.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const GUIDE = read('docs/observability.md');
const RULES = read('deploy/observability/rules.yml');
const DASHBOARD = read('deploy/observability/dashboard.json');
const LACK = obstacleWithout('/usr/bin/promtool', 'apt-get install prometheus');

/** The cells of the rows of the guide's table with this head. */
function rowsOf(head: string): string[][] {
  const [, table = ''] =
    new RegExp(`^\\| ${head} .*\\n\\|[ -|]+\\n((?:\\|.*\\n)+)`, 'm').exec(GUIDE) ?? [];
  const rows = table.trim().split('\n');
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
const codesIn = (text = '') => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

/** Every expression of the dashboard, with a range in the place of Grafana's variable. */
function dashboardExpressions(): string[] {
  const { panels } = JSON.parse(DASHBOARD);
  const targets: { expr: string }[] = panels.flatMap(
    (panel: { targets?: [] }) => panel.targets ?? [],
  );
  return targets.map(({ expr }) => expr.replaceAll('$__rate_interval', '5m'));
}

describe('the guide to metrics, alarms and the log', () => {
  let world: TestContext;
  let server: ServeProcess;
  let folder: string;
  let text: string;
  let families: Map<string, Family>;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'connect-apps-guide-'));
    world = await openContext('sqlite');
    server = await startServe(world.databaseUrl, {
      METRICS_PORT: '0',
      GATEWAY_PORT: '0',
      GATEWAY_TOKEN: 'a-token-that-gateways-send-us',
    });
    await server.request('GET', '/healthz');
    text = await server.metrics();
    families = parseExposition(text);
  });
  after(async () => {
    await server?.stop();
    await world?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('lists every metric of ours, with its type and labels', () => {
    const ours = [...families.values()].filter(({ name }) => name.startsWith('connect_'));
    const documented = rowsOf('metric');
    assert.deepEqual(
      documented.map(([name]) => codesIn(name)[0]).toSorted(),
      ours.map(({ name }) => name).toSorted(),
    );
    for (const [name, type, labels] of documented) {
      const family = families.get(codesIn(name)[0] ?? '');
      assert.equal(type, family?.type, name);
      const [sample = ''] = family?.samples.keys() ?? [];
      const shown = [...sample.matchAll(/(\w+)="/g)].map(([, label]) => label);
      const used = shown.filter((label) => label !== 'le').toSorted();
      // Nothing was decided here for a gateway.
      if (family?.samples.size) assert.deepEqual(codesIn(labels).toSorted(), used, name);
    }
  });

  it('names in alarms, dashboard and guide only metrics that there are', () => {
    const texts = [RULES, GUIDE, ...dashboardExpressions()];
    const named = texts.flatMap((one) => [
      ...one.matchAll(/\b(?:connect_(?:apps|decisions)|process|nodejs)_\w+(?=[{[)]| \|)/g),
    ]);
    assert.ok(named.length > 40);
    for (const [name] of named) {
      const family = name.replace(/_(bucket|count|sum)$/, '');
      assert.ok(families.has(family) || families.has(name), `there is no ${name}`);
    }
  });

  it('says of every alarm what to do', () => {
    const alarms = [...RULES.matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
    const documented = rowsOf('alarm').map(([name]) => codesIn(name)[0]);
    assert.deepEqual(documented, alarms);
    const shown = [...DASHBOARD.matchAll(/ConnectApps\w+/g)].map(([name]) => name);
    for (const name of shown) assert.ok(alarms.includes(name), `there is no ${name}`);
  });

  it('lists every field of the log', () => {
    const documented = rowsOf('field').flatMap(([names]) => codesIn(names));
    assert.deepEqual(
      documented.filter((name) => FIELD_NAMES.includes(name)).toSorted(),
      FIELD_NAMES.toSorted(),
    );
    const written = server
      .logs()
      .split('\n')
      .filter(Boolean)
      .flatMap((line) => Object.keys(JSON.parse(line)));
    for (const name of written) assert.ok(documented.includes(name), `the log has ${name}`);
  });

  it('is read by Prometheus: configuration, alarms, dashboard and metrics', {
    skip: LACK,
  }, async () => {
    await run('promtool', ['check', 'config', join(ROOT, 'deploy/observability/prometheus.yml')]);
    const rules = dashboardExpressions().map((expr, index) => ({ record: `panel:${index}`, expr }));
    const file = join(folder, 'dashboard.yml');
    await writeFile(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
    await run('promtool', ['check', 'rules', file]);
    const ours = text.split('\n').filter((line) => /^(# \w+ )?connect_/.test(line));
    const checked = run('promtool', ['check', 'metrics']);
    checked.child.stdin?.end(`${ours.join('\n')}\n`);
    assert.equal((await checked).stderr, '');
  });
});
