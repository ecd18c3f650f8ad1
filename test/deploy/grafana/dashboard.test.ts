/** The dashboard of deploy/observability, decoded strictly by Grafana's own types (main.go). */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { obstacleWithout } from '../../support/obstacle.ts';

const DECODER = join(import.meta.dirname, 'target/grafana');
const DASHBOARD = join(import.meta.dirname, '../../../deploy/observability/dashboard.json');
const skip = obstacleWithout(DECODER, 'bash test/deploy/grafana/install.sh');

function faultsOf(input: string): string {
  const { error, stderr } = spawnSync(DECODER, { input, encoding: 'utf8' });
  if (error) throw error;
  return stderr;
}

describe('the dashboard', { skip }, () => {
  const text = readFileSync(DASHBOARD, 'utf8');

  it('is one that Grafana takes, with every field that it asks for', () => {
    assert.equal(faultsOf(text), '');
  });

  for (const [what, word] of [
    ['the options of a panel', '"reduceOptions"'],
    ['the look of a series', '"fillOpacity"'],
    ['a query', '"legendFormat"'],
    ['a variable', '"includeAll"'],
  ] as const) {
    it(`is decoded strictly: ${what} may have no field that Grafana does not know`, () => {
      assert.ok(text.includes(word));
      assert.match(faultsOf(text.replace(word, '"misspelt"')), /unexpected field 'misspelt'/);
    });
  }
});
