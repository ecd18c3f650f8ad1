/**
 * What the table of a resource's properties is made of. A rule says what a parameter may be, what its
 * property holds, and what its column does. No resource is known here.
 */

import {
  checkChoice,
  checkFriendlyName,
  checkText,
  type Parameters,
  type TextRule,
  textOf,
} from './parameter.ts';

/** One row of a table of properties. */
export interface Property<
  Value = unknown,
  Column extends string = string,
  Stored extends string | null = string | null,
> {
  /** The name of the parameter that sets it; its flag on the command line is the same in kebab-case. */
  parameter: string;
  /** The name of its column, and its name on the wire. */
  column: Column;
  rule: Rule<Value, Stored>;
  /** Whether the REST resource has it, and the consent page shows it; the command line has all of them. */
  shown: { rest: boolean; consent: boolean };
}

export interface Rule<Value, Stored extends string | null> {
  values: Values;
  /** What a resource has until something is said. */
  initial: Value;
  /** Undefined when the parameter was not sent; raises a Problem when it is not valid. */
  parse(parameters: Parameters, name: string): Value | undefined;
  toColumn(value: Value): Stored;
  fromColumn(stored: string | null): Value;
}

/** What a value is: what JSON schemas and the command line say of it. */
export type Values = TextRule | ChoiceValues;

interface ChoiceValues {
  /** One of the choices; or any of them, which permissions alone are. */
  type: 'choice' | 'permissions';
  choices: readonly string[];
  description: string;
}

type TextLimits = Omit<TextRule, 'type' | 'description'>;

/** A text; an empty parameter clears it. */
export function text(
  description: string,
  limits: TextLimits = {},
): Rule<string | null, string | null> {
  const values: TextRule = { type: 'string', ...limits, description };
  return textRule(values, (name, sent) => (sent === '' ? null : checkText(name, values, sent)));
}

/** An absolute http or https URL; `write` is how one that is valid is kept. */
export function url(
  description: string,
  write = (valid: string) => valid,
): Rule<string | null, string | null> {
  const values: TextRule = { type: 'string', format: 'uri', maxLength: 2048, description };
  return textRule(values, (name, sent) =>
    sent === '' ? null : write(checkText(name, values, sent)),
  );
}

/** A FriendlyName, which cannot be cleared. */
export function friendlyName(
  description: string,
  limits: TextLimits,
): Rule<string | null, string | null> {
  const values: TextRule = { type: 'string', ...limits, description };
  return textRule(values, (_, sent) => checkFriendlyName(values, sent));
}

function textRule(
  values: TextRule,
  check: (name: string, sent: string) => string | null,
): Rule<string | null, string | null> {
  return {
    values,
    initial: null,
    parse(parameters, name) {
      const sent = textOf(parameters, name);
      return sent === undefined ? undefined : check(name, sent);
    },
    toColumn: (value) => value,
    fromColumn: (stored) => stored,
  };
}

/** One of a few texts; an empty parameter clears it. */
export function choice<Choice extends string>(
  description: string,
  choices: readonly Choice[],
): Rule<Choice | null, Choice | null> {
  return {
    values: { type: 'choice', choices, description },
    initial: null,
    parse(parameters, name) {
      const sent = textOf(parameters, name);
      if (sent === undefined) return undefined;
      return sent === '' ? null : checkChoice(name, choices, sent);
    },
    toColumn: (value) => value,
    fromColumn: (stored) => choices.find((one) => one === stored) ?? null,
  };
}

/** A FriendlyName that a resource always has. */
export function requiredFriendlyName(
  description: string,
  limits: TextLimits,
): Rule<string, string> {
  const values: TextRule = { type: 'string', ...limits, description };
  return {
    values,
    initial: '',
    parse(parameters, name) {
      const sent = textOf(parameters, name);
      return sent === undefined ? undefined : checkFriendlyName(values, sent);
    },
    toColumn: (value) => value,
    fromColumn: (stored) => stored ?? '',
  };
}

/** One of a few texts that a resource always has; `check` reads what was sent. */
export function requiredChoice<Choice extends string>(
  description: string,
  choices: readonly Choice[],
  { initial, check }: { initial: Choice; check: (name: string, sent: string) => Choice },
): Rule<Choice, Choice> {
  return {
    values: { type: 'choice', choices, description },
    initial,
    parse(parameters, name) {
      const sent = textOf(parameters, name);
      return sent === undefined ? undefined : check(name, sent);
    },
    toColumn: (value) => value,
    fromColumn: (stored) => choices.find((known) => known === stored) ?? initial,
  };
}

/** The names of a table, in its order. */
export function namesOf<Table extends object>(table: Table): Extract<keyof Table, string>[] {
  const names: Extract<keyof Table, string>[] = [];
  for (const name in table) names.push(name);
  return names;
}

/** What the properties of a table have where nothing was said. */
export function initialOf<Table extends Record<string, Property>>(
  table: Table,
): { -readonly [Name in keyof Table]: Table[Name]['rule']['initial'] };
export function initialOf(table: Record<string, Property>): Record<string, unknown> {
  return Object.fromEntries(namesOf(table).map((name) => [name, table[name]?.rule.initial]));
}
