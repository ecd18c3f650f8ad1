/** The rules file of a platform: JSON, checked whole before any of it counts. */

import { readFileSync } from 'node:fs';
import { Problem } from '../problem.ts';
import {
  CHANGING,
  isPlaceholder,
  isReading,
  type Method,
  NEEDS,
  READING,
  type Rule,
  SCOPES,
} from './rules.ts';

const METHODS: readonly Method[] = [...READING, ...CHANGING];
const MEMBERS = ['path', 'methods', 'app', 'scope', 'as'];

/** Reads the rules of a file; raises `setting_invalid` with the rule and what is wrong with it. */
export function readRules(file: string | undefined): readonly Rule[] {
  if (file === undefined) return [];
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (!Array.isArray(parsed)) throw new Error('it must be an array of rules');
    return parsed.map((one: unknown, index) => parseRule(one, `rule ${index + 1}`));
  } catch (cause) {
    const fault = cause instanceof Error ? cause.message : String(cause);
    throw new Problem(
      'setting_invalid',
      `CONNECT_APPS_ROUTE_RULES: ${file} cannot be used: ${fault}.`,
      { cause },
    );
  }
}

function parseRule(source: unknown, name: string): Rule {
  if (typeof source !== 'object' || source === null) throw new Error(`${name} must be an object`);
  const given = new Map<string, unknown>(Object.entries(source));
  const unknown = [...given.keys()].find((member) => !MEMBERS.includes(member));
  if (unknown !== undefined) throw new Error(`${name} has the unknown member ${unknown}`);
  const path = given.get('path');
  if (typeof path !== 'string' || !isPattern(path)) {
    throw new Error(
      `the path of ${name} must be like /Accounts/{AccountSid}/Messages/**, without version, extension or regular expression`,
    );
  }
  const methods = parseMethods(given.get('methods') ?? METHODS, name);
  const app = choiceOf(NEEDS, given.get('app'), `app of ${name}`);
  const changes = methods.some((method) => !isReading(method));
  const byDefault = app === 'post-all' ? 'sandbox' : 'family';
  const scope = choiceOf(SCOPES, given.get('scope') ?? byDefault, `scope of ${name}`);
  if (changes && app !== 'never' && scope !== 'sandbox') {
    throw new Error(
      `${name} would let an app change something outside its own subaccount: give it "scope": "sandbox", or only the methods GET and HEAD`,
    );
  }
  const as = given.get('as') ?? 403;
  if (as !== 403 && as !== 404) throw new Error(`as of ${name} must be 403 or 404`);
  return { path, methods, app, scope, as };
}

function isPattern(path: string): boolean {
  const [empty, root, ...parts] = path.split('/');
  const last = parts.at(-1);
  const rest = last === '**' ? parts.slice(0, -1) : parts;
  const isWell = (part: string) => isPlaceholder(part) || /^[\w+@:~-]+$/.test(part);
  return empty === '' && root === 'Accounts' && rest.every(isWell);
}

function parseMethods(source: unknown, name: string): readonly Method[] {
  if (!Array.isArray(source) || source.length === 0) {
    throw new Error(`methods of ${name} must be an array of methods`);
  }
  const methods = source.map((one: unknown) => choiceOf(METHODS, one, `a method of ${name}`));
  // As everywhere, HEAD is GET without its body.
  return methods.includes('GET') ? [...new Set<Method>([...methods, 'HEAD'])] : methods;
}

function choiceOf<Choice extends string>(
  choices: readonly Choice[],
  value: unknown,
  name: string,
): Choice {
  const choice = choices.find((one) => one === value);
  if (choice === undefined) throw new Error(`${name} must be one of ${choices.join(', ')}`);
  return choice;
}
