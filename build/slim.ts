/**
 * Leaves only what runs in the database driver's package, which the package and the image contain: SQLite's source,
 * the driver's, and the headers to compile them are 11 of its 28 MB. Nothing here or there compiles it.
 */

import { rmSync } from 'node:fs';
import { join } from 'node:path';

const MODULES = join(import.meta.dirname, '../node_modules');
const UNUSED = {
  'better-sqlite3': ['deps', 'src', 'binding.gyp'],
  'node-addon-api': [
    'common.gypi',
    'except.gypi',
    'napi-inl.deprecated.h',
    'napi-inl.h',
    'napi.h',
    'node_addon_api.gyp',
    'node_api.gyp',
    'noexcept.gypi',
    'nothing.c',
    'tools',
  ],
};

for (const [name, paths] of Object.entries(UNUSED)) {
  for (const path of paths) rmSync(join(MODULES, name, path), { recursive: true, force: true });
}
