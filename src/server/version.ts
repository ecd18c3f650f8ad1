/** Which version of the program this is. */

import { readFileSync } from 'node:fs';

/** The version of the package, such as 0.1.0. */
export function readVersion(): string {
  const path = new URL('../../package.json', import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8')).version;
}
