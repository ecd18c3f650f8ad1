/** Workers that are lost in unusual ways: the process that started them lives on and replaces them. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { childrenOf } from '../support/children.ts';
import { ended } from '../support/cli.ts';
import { until } from '../support/until.ts';

const PAIR = join(import.meta.dirname, 'worker-pair.ts');

const WAYS = {
  'sent-to': 'is killed, and then sent something',
  'not-started-at-once': 'is killed, and whose successor cannot be started at first',
  'not-forked-at-once': 'is killed when there is no memory for another',
};

describe('a worker', () => {
  for (const [way, what] of Object.entries(WAYS)) {
    it(`that ${what}, is replaced`, async (context) => {
      const child = spawn(process.execPath, [PAIR, way], { stdio: ['ignore', 'pipe', 'inherit'] });
      context.after(() => child.kill('SIGKILL'));
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
      });
      const lost = () => Number(/^lost (\d+)$/m.exec(output)?.[1] ?? 0);
      await until('it is lost', () => lost() !== 0);
      await until('there are two again', () => {
        assert.equal(child.exitCode, null, output);
        const workers = childrenOf(child.pid ?? 0);
        return workers.length === 2 && !workers.includes(lost());
      });
      child.kill('SIGTERM');
      assert.equal(await ended(child), 0);
    });
  }
});
