/** The table of docs/stand-ins-resources.md says of every resource what it does and who has tested it. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { BEHAVIOURS } from '../../src/stand-ins/behaviours.ts';
import { DESCRIPTION } from '../../src/stand-ins/description.ts';
import { findTarget } from '../../src/stand-ins/places.ts';

const DOCUMENT = join(import.meta.dirname, '../../docs/stand-ins-resources.md');
/** What every program of test/clients uses. */
const BY_CLIENTS = [
  'AvailablePhoneNumbers/Local',
  'Calls',
  'IncomingPhoneNumbers',
  'Messages',
  'Usage/Records',
];

it('docs/stand-ins-resources.md has a line for each resource', () => {
  const methods = new Map<string, Set<string>>();
  for (const { path, list, fetch, post, delete: canDelete } of DESCRIPTION.places) {
    const target = findTarget(path.slice(1));
    const type = target?.type ?? path;
    const known = methods.get(type) ?? new Set();
    methods.set(type, known);
    if (list !== undefined) known.add('list');
    if (fetch) known.add('fetch');
    if (post !== undefined) known.add(target?.sid === undefined ? 'create' : 'update');
    if (canDelete) known.add('delete');
  }
  const expected = [...methods].map(([type, known]) => [
    type,
    ['list', 'create', 'fetch', 'update', 'delete'].filter((one) => known.has(one)).join(', '),
    type in BEHAVIOURS ? 'detailed' : 'generic',
    BY_CLIENTS.includes(type) ? 'both judges, every client' : 'both judges',
  ]);
  const rows = [...readFileSync(DOCUMENT, 'utf8').matchAll(/^\| `(\S+)` *\|(.+)\|$/gm)];
  assert.deepEqual(
    rows.map(([, type = '', rest = '']) => [type, ...rest.split('|').map((cell) => cell.trim())]),
    expected.toSorted(([one = ''], [other = '']) => (one < other ? -1 : 1)),
  );
});
