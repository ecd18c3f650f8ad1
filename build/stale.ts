/** Removes what earlier sources left under dist/: the compiler never does, and the package would ship it. */

import { existsSync, globSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

for (const path of globSync('**/*.{js,js.map,d.ts}', { cwd: join(ROOT, 'dist') })) {
  const source = path.replace(/\.(?:js|d\.ts)$/, '.ts');
  if (!existsSync(join(ROOT, 'src', source))) rmSync(join(ROOT, 'dist', path));
}
