/**
 * Writes docs/licenses.md, which test/package/licenses.test.ts holds to package-lock.json:
 *
 *   node scripts/licenses.ts
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const PAGE = join(ROOT, 'docs/licenses.md');
/** The one whose script the build copies into the package. */
export const VIEWER = '@scalar/fastify-api-reference';

interface LockedPackage {
  license?: string;
  dev?: boolean;
  devOptional?: boolean;
}

/** The license of each package that an installation holds, by its name. */
export function productionLicenses(): Map<string, string> {
  const lock: { packages: Readonly<Record<string, LockedPackage>> } = JSON.parse(
    readFileSync(join(ROOT, 'package-lock.json'), 'utf8'),
  );
  const found = new Map<string, string>();
  for (const [place, { license = 'none', dev, devOptional }] of Object.entries(lock.packages)) {
    const name = place.replace(/^.*node_modules\//, '');
    const isShipped = place !== '' && !dev && !devOptional;
    if (isShipped || name === VIEWER) found.set(name, license);
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The page as it must be. */
export function licensesPage(): string {
  const lines = [...productionLicenses()].map(([name, license]) => `- \`${name}\`: ${license}\n`);
  return `# Licenses

connect-apps is under the Apache License 2.0. These are the packages that an installation contains, and the license that
each declares. Its text is in the package.

\`${VIEWER}\` is the viewer of \`/docs\`: its script and its license are in \`dist/viewer\`.
\`better-sqlite3\` contains SQLite, which is in the public domain.

${lines.join('')}`;
}

if (import.meta.main) writeFileSync(PAGE, licensesPage());
