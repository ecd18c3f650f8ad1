/** The programs and examples in languages whose clients CI cannot install: they are parsed at least. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';

const ROOT = join(import.meta.dirname, '../..');
const PARSERS = [
  { program: 'ruby', option: '-c', files: 'test/clients/ruby/*.rb' },
  {
    program: process.execPath,
    option: join(ROOT, 'test/support/parse-csharp.ts'),
    files: 'test/clients/csharp/*/*.cs',
  },
  { program: 'php', option: '-l', files: '{test/clients,examples}/php/*.php' },
] as const;

for (const { program, option, files } of PARSERS) {
  const isMissing = spawnSync(program, ['--version']).error !== undefined;
  const skip = isMissing && process.env.CI !== 'true' && `there is no ${program}`;
  it(`${files} parse`, { skip }, () => {
    const found = globSync(files, { cwd: ROOT });
    assert.notDeepEqual(found, []);
    for (const file of found) {
      const { status, stdout, stderr } = spawnSync(program, [option, join(ROOT, file)]);
      assert.equal(status, 0, `${stdout}${stderr}`);
    }
  });
}
