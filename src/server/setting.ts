/** What every setting has in common: its prefix in the environment, and how a wrong value is named. */

import { Problem } from '../problem.ts';

/** The prefix of every setting in the environment. */
export const PREFIX = 'CONNECT_APPS_';

/** The problem of a setting whose value is not `expected`. */
export function settingProblem(name: string, expected: string): Problem {
  return new Problem('setting_invalid', `${PREFIX}${name} must be ${expected}.`);
}

/** Reads a whole number from 0 to `max`. */
export function wholeNumber(name: string, text: string, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value <= max) return value;
  throw settingProblem(name, `a whole number from 0 to ${max}`);
}

/** Reads true or false. */
export function flag(name: string, text: string): boolean {
  return oneOf(name, ['true', 'false'], text) === 'true';
}

/** Reads one of `choices`. */
export function oneOf<Choice extends string>(
  name: string,
  choices: readonly Choice[],
  text: string,
): Choice {
  const choice = choices.find((one) => one === text);
  if (choice === undefined) throw settingProblem(name, `one of ${choices.join(', ')}`);
  return choice;
}

/** Reads an origin; undefined for an empty text. */
export function parseOrigin(name: string, text: string, example: string): URL | undefined {
  if (text === '') return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && `${url.origin}/` === url.href) return url;
  throw settingProblem(name, `an origin such as ${example}, without a path`);
}
