/**
 * The rules of request parameters. A rule is a JSON schema: the same object that these functions
 * check a text against is what /openapi.json publishes.
 */

import { Problem } from './problem.ts';

/** Untrusted parameters by name, as a form, a query string or the command line gives them. */
export type Parameters = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The text of a parameter: the first where it was repeated, undefined where it was not sent. */
export function textOf(parameters: Parameters, name: string): string | undefined {
  const value = parameters[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** The JSON schema of a text parameter: only the keywords that `findFault` checks. */
export interface TextRule {
  type: 'string';
  minLength?: number;
  /** In Unicode code points. */
  maxLength?: number;
  format?: 'uri';
  description: string;
}

/** The rule of an absolute http or https URL. */
export function urlRule(description: string): TextRule {
  return { type: 'string', format: 'uri', maxLength: 2048, description };
}

// Refused everywhere: control characters, and what XML 1.0 (section 2.2) cannot carry.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it refuses
const FORBIDDEN_CHARACTERS = /[\u0000-\u001f\u007f-\u009f\ufffe\uffff]/;

/** Says in words what is wrong with `text` under a rule, or undefined when it is right. */
export function findFault(rule: TextRule, text: string): string | undefined {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, format } = rule;
  const length = [...text].length;
  if (length < minLength) return `must have at least ${minLength} character(s)`;
  if (length > maxLength) return `must have at most ${maxLength} characters, and has ${length}`;
  if (!text.isWellFormed() || FORBIDDEN_CHARACTERS.test(text)) {
    return 'must not contain control characters';
  }
  if (format === 'uri' && !isAbsoluteHttpUrl(text)) {
    return 'must be an absolute http or https URL, such as https://example.com/path';
  }
  return undefined;
}

/** The problem of one parameter that is not valid. */
export function parameterProblem(name: string, fault: string): Problem {
  return new Problem('parameter_invalid', `${name} ${fault}.`);
}

/** Returns `text` when it obeys the rule, and raises `parameter_invalid` when it does not. */
export function checkText(name: string, rule: TextRule, text: string): string {
  const fault = findFault(rule, text);
  if (fault !== undefined) throw parameterProblem(name, fault);
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

// RFC 3986 characters only, brackets only around an IPv6 host, and whole percent escapes:
// stricter than browsers, as strict as the client libraries that parse these URLs again.
const HTTP_URL = /^https?:\/\/(\[[0-9a-f:.]+\]|[^\s[\]/?#]+)[^[\]]*$/i;
const RFC_3986 = /^[\w\-.~:/?#[\]@!$&'()*+,;=%]+$/;
const BROKEN_ESCAPE = /%(?![0-9a-f]{2})/i;

function isAbsoluteHttpUrl(text: string): boolean {
  return (
    RFC_3986.test(text) &&
    !BROKEN_ESCAPE.test(text) &&
    HTTP_URL.test(text) &&
    !/#.*#/.test(text) &&
    URL.canParse(text)
  );
}
