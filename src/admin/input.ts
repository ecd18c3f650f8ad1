/** Reading the members of an act's input: each raises `parameter_invalid` for a value of another type. */

import { parameterProblem } from '../parameter.ts';

/** What an act is given and what it returns: JSON objects, with the names of the command line's JSON. */
export type Wire = Readonly<Record<string, unknown>>;

/** A text; undefined where there is none. */
export function textOf(input: Wire, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || typeof value === 'string') return value;
  throw parameterProblem(name, 'must be a text');
}

/** A text that must be there. */
export function requiredText(input: Wire, name: string): string {
  const text = textOf(input, name);
  if (text !== undefined) return text;
  throw parameterProblem(name, 'is missing');
}

/** A list of texts; empty where there is none. */
export function textsOf(input: Wire, name: string): string[] {
  const value = input[name];
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((one): one is string => typeof one === 'string')) {
    return value;
  }
  throw parameterProblem(name, 'must be a list of texts');
}

/** true or false; undefined where it is not said. */
export function flagOf(input: Wire, name: string): boolean | undefined {
  const value = input[name];
  if (value === undefined || typeof value === 'boolean') return value;
  throw parameterProblem(name, 'must be true or false');
}

/** A whole number from 1 on; a query has it as text. */
export function numberOf(input: Wire, name: string): number | undefined {
  const value = input[name];
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= 1) return number;
  throw parameterProblem(name, 'must be a whole number from 1 on');
}

/** One of a few texts. */
export function choiceOf<Choice extends string>(
  input: Wire,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const text = textOf(input, name);
  const choice = choices.find((one) => one === text);
  if (text === undefined || choice !== undefined) return choice;
  throw parameterProblem(name, `must be one of ${choices.join(', ')}`);
}
