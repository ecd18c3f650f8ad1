/** The permissions that a Connect App can ask for and a customer can grant. */

import { checkChoice } from '../parameter.ts';
import type { Rule } from '../property.ts';

/** All of them, in the order in which they are kept and shown. */
export const PERMISSIONS = ['get-all', 'post-all'] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** What each means to a customer: Twilio's own words, and a sentence that explains them. */
export const PERMISSION_MEANINGS: Record<Permission, { title: string; text: string }> = {
  'get-all': {
    title: 'Read all account data',
    text: 'It can read everything in this account and its subaccounts, except Auth Tokens.',
  },
  'post-all': {
    title: 'Charge account for usage',
    text: 'It can act in a subaccount created for this app alone. Usage there is charged to this account.',
  },
};

/** Reads the Permissions parameter: repeated, comma-separated or both; raises `parameter_invalid`. */
export function parsePermissions(value: string | readonly string[]): Permission[] {
  const names = [value]
    .flat()
    .flatMap((text) => text.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '');
  for (const name of names) checkChoice('Permissions', PERMISSIONS, name);
  return PERMISSIONS.filter((permission) => names.includes(permission));
}

/** The permissions as one text, for a column. */
export function joinPermissions(permissions: readonly Permission[]): string {
  return permissions.join(',');
}

/** The permissions of a column. */
export function splitPermissions(column: string): Permission[] {
  return PERMISSIONS.filter((permission) => column.includes(permission));
}

/** The rule of a property that holds permissions. */
export function permissions(description: string): Rule<Permission[], string> {
  return {
    values: { type: 'permissions', choices: PERMISSIONS, description },
    initial: [],
    parse(parameters, name) {
      const sent = parameters[name];
      return sent === undefined ? undefined : parsePermissions(sent);
    },
    toColumn: joinPermissions,
    fromColumn: (stored) => splitPermissions(stored ?? ''),
  };
}
