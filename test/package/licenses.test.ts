/** The licenses of what an installation contains. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { licensesPage, productionLicenses } from '../../scripts/licenses.ts';

/** Those that ask for no more than their text, which each package contains. */
const ALLOWED = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

describe('the packages of an installation', () => {
  it('have licenses that allow to pass them on', () => {
    const others = [...productionLicenses()].filter(([, license]) => !ALLOWED.includes(license));
    assert.deepEqual(others, []);
  });

  it('are listed in docs/licenses.md, which scripts/licenses.ts writes', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/licenses.md'), 'utf8');
    assert.equal(page, licensesPage());
  });
});
