/** Programs that tests need and a machine may lack. */

import { existsSync } from 'node:fs';

/**
 * Why a test is skipped where there is no program at `path`, for node:test; undefined where it runs. In CI it is not
 * skipped, it fails. `command` installs the program.
 */
export function obstacleWithout(path: string, command: string): string | undefined {
  if (existsSync(path) || process.env.CI === 'true') return undefined;
  return `SKIPPED: there is no ${path}: ${command}`;
}
