/**
 * The rules of request parameters. A rule is a JSON schema: the same object that these functions
 * check a text against is what /openapi.json publishes.
 */

import { findUrlFault } from './http-url.ts';
import { Problem } from './problem.ts';
import { reasonOf } from './reason.ts';

/** Untrusted parameters by name, as a form, a query string or the command line gives them. */
export type Parameters = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The index that PHP and Rails write behind the name of an array. */
const ARRAY_INDEX = /\[\d*\]$/;

/**
 * The parameters with these names out of a parsed form or query; others are ignored. `Name[]` and
 * `Name[0]` are a repeated `Name`. Raises `parameter_invalid` for a name in another case.
 */
export function pickParameters(source: object, names: readonly string[]): Parameters {
  checkSpelling(source, names);
  const parameters: Record<string, string[]> = {};
  for (const [sentAs, value] of Object.entries(source)) {
    const name = names.find((one) => one === sentAs.replace(ARRAY_INDEX, ''));
    if (name === undefined) continue;
    parameters[name] = [...(parameters[name] ?? []), ...[value].flat().map(String)];
  }
  return parameters;
}

/** Raises `parameter_invalid` for a parameter whose name is one of `names` but for its case. */
export function checkSpelling(sent: object, names: readonly string[]): void {
  for (const sentAs of Object.keys(sent)) {
    const name = sentAs.replace(ARRAY_INDEX, '');
    if (names.includes(name)) continue;
    const meant = names.find((one) => one.toLowerCase() === name.toLowerCase());
    if (meant === undefined) continue;
    throw parameterProblem(name, `must be written ${meant}: names are case-sensitive`);
  }
}

/** The text of a parameter: the first where it was repeated, undefined where it was not sent. */
export function textOf(parameters: Parameters, name: string): string | undefined {
  const value = parameters[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** The JSON schema of a text parameter: only the keywords that `findTextFault` checks. */
export interface TextRule {
  type: 'string';
  minLength?: number;
  /** In Unicode code points. */
  maxLength?: number;
  /** `multiline` takes line breaks and tabs; every other text has neither. */
  format?: 'uri' | 'multiline';
  description: string;
}

/** The rule of an absolute http or https URL. */
export function urlRule(description: string): TextRule {
  return { type: 'string', format: 'uri', maxLength: 2048, description };
}

// Refused everywhere: control characters, and what XML 1.0 (section 2.2) cannot carry.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it refuses
const FORBIDDEN_CHARACTERS = /[\u0000-\u001f\u007f-\u009f\ufffe\uffff]/;

/** Describes how `text` breaks a rule; undefined if it obeys it. */
export function findTextFault(rule: TextRule, text: string): string | undefined {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, format } = rule;
  const length = [...text].length;
  if (length < minLength) return `must have at least ${minLength} character(s)`;
  if (length > maxLength) return `must have at most ${maxLength} characters, but has ${length}`;
  const refused = format === 'multiline' ? text.replace(/[\t\r\n]/g, '') : text;
  if (!text.isWellFormed() || FORBIDDEN_CHARACTERS.test(refused)) {
    return format === 'multiline'
      ? 'must not contain control characters except line breaks and tabs'
      : 'must not contain control characters';
  }
  return format === 'uri' ? findUrlFault(text) : undefined;
}

/** The problem of one parameter that is not valid. */
export function parameterProblem(name: string, fault: string): Problem {
  return new Problem('parameter_invalid', `${name} ${fault}.`, {
    reason: reasonOf('parameter_wrong', name),
  });
}

/** Returns `text` when it obeys the rule, and raises `parameter_invalid` when it does not. */
export function checkText(name: string, rule: TextRule, text: string): string {
  const fault = findTextFault(rule, text);
  if (fault !== undefined) throw parameterProblem(name, fault);
  return text;
}

/** Returns `text` when it obeys the rule of a FriendlyName; raises `friendly_name_invalid` if not. */
export function checkFriendlyName(rule: TextRule, text: string): string {
  const fault = findTextFault(rule, text);
  if (fault !== undefined) {
    throw new Problem('friendly_name_invalid', `FriendlyName ${fault}.`, {
      reason: reasonOf('parameter_wrong', 'FriendlyName'),
    });
  }
  return text;
}

/** Returns `text` when it is one of `choices`, and raises `parameter_invalid` if not. */
export function checkChoice<Choice extends string>(
  name: string,
  choices: readonly Choice[],
  text: string,
): Choice {
  const choice = choices.find((one) => one === text);
  if (choice !== undefined) return choice;
  throw parameterProblem(name, `must be one of ${choices.join(', ')}`);
}
