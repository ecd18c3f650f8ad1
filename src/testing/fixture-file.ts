/** Fixtures as files: JSON, or YAML for people who write them. */

import { readFile, writeFile } from 'node:fs/promises';
import { Problem } from '../problem.ts';
import type { Fixture } from './types.ts';

const LISTS = ['accounts', 'connectApps', 'people', 'authorizations'] as const;
const IS_YAML = /\.ya?ml$/i;

/** Returns a value that is a fixture; throws for any other. */
export function checkFixture(value: unknown): Fixture {
  if (isFixture(value)) return value;
  throw new TypeError(
    'A fixture is an object with lists: accounts, connectApps, people, authorizations.',
  );
}

/** Reads the fixture of a file; raises `setting_invalid` with what is wrong with it. */
export async function readFixtureFile(path: string): Promise<Fixture> {
  try {
    const text = await readFile(path, 'utf8');
    return checkFixture(IS_YAML.test(path) ? await parseYaml(text) : JSON.parse(text));
  } catch (cause) {
    // A parser's first line says what is wrong and where; the others quote the file.
    const [reason = ''] = String(cause instanceof Error ? cause.message : cause).split(/:?\n/);
    throw new Problem('setting_invalid', `Cannot read the fixture ${path}: ${reason}`, { cause });
  }
}

/** Writes a fixture for its owner alone: it holds Auth Tokens. The name of the file says how: .json or .yaml. */
export async function writeFixtureFile(path: string, fixture: Fixture): Promise<void> {
  const text = IS_YAML.test(path)
    ? (await import('yaml')).stringify(fixture)
    : `${JSON.stringify(fixture, null, 2)}\n`;
  await writeFile(path, text, { mode: 0o600 });
}

/** Without numbers: an Auth Token of digits stays the text that it is, with every digit. */
async function parseYaml(text: string): Promise<unknown> {
  const { parse } = await import('yaml');
  return parse(text, { schema: 'failsafe', customTags: ['null', 'bool'] });
}

function isFixture(value: unknown): value is Fixture {
  if (typeof value !== 'object' || value === null) return false;
  return LISTS.every((name) => {
    const list: unknown = Reflect.get(value, name);
    return list === undefined || Array.isArray(list);
  });
}
