/** Flags and help from the tables of properties. */

import { Option } from 'commander';
import type { Values } from '../property.ts';

/** The flag of a property: its name in kebab-case, with its description as help. */
export function propertyFlag(name: string, values: Values): Option {
  return new Option(`${flagOf(name)} <value>`, helpOf(values));
}

/** The flag of a property that always has one of its choices: no other is accepted, and help lists them. */
export function choiceFlag(name: string, choices: readonly string[], description: string): Option {
  return new Option(`${flagOf(name)} <value>`, sentenceOf(description)).choices(choices);
}

const flagOf = (name: string) =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** A description as help reads: no capital, no full stop. */
function sentenceOf(description: string): string {
  return description.charAt(0).toLowerCase() + description.slice(1).replace(/\.$/, '');
}

function helpOf(values: Values): string {
  const help = sentenceOf(values.description);
  switch (values.type) {
    case 'string':
      return help;
    case 'choice':
      return `${help}: ${values.choices.join(' or ')}`;
    case 'permissions':
      return `${help}: ${values.choices.join(', ')}, or both separated by a comma`;
  }
}
