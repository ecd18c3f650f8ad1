/** What a platform says of an account of its own: read from JSON, and checked like every other parameter. */

import { checkText, parameterProblem, type TextRule } from '../parameter.ts';
import { parseSid } from '../sid.ts';
import {
  ACCOUNT_PROPERTIES,
  ACCOUNT_TYPES,
  type AccountStatus,
  type AccountType,
  parseStatus,
} from './account.ts';

/** An absent member leaves what is there, or has what a new account has. */
export interface ImportedAccount {
  sid: string;
  friendlyName?: string | undefined;
  ownerAccountSid?: string | undefined;
  status?: AccountStatus | undefined;
  type?: AccountType | undefined;
  authToken?: string | undefined;
  /** null: there is none. */
  secondaryAuthToken?: string | null | undefined;
}

/** The names of its members. */
export const IMPORTED_MEMBERS = [
  'sid',
  'friendly_name',
  'owner_account_sid',
  'status',
  'type',
  'auth_token',
  'secondary_auth_token',
] as const;

type Member = (typeof IMPORTED_MEMBERS)[number];

export const TOKEN_RULE: TextRule = {
  type: 'string',
  minLength: 16,
  maxLength: 128,
  description: 'An auth token: 16 to 128 visible ASCII characters. Not a hash of one.',
};

/** How crypt(3), PHC strings and LDAP write a hash. */
const HASH = /^(?:\$[\w-]+\$|\{[\w-]+\}|(?:sha|md5|hmac|pbkdf2|scrypt|bcrypt|argon2)\S*[:$])/i;

/** Reads an account; raises `parameter_invalid`, `friendly_name_invalid` or `status_invalid`, with what is wrong. */
export function parseImportedAccount(item: unknown): ImportedAccount {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    throw parameterProblem('The account', 'must be a JSON object');
  }
  for (const name of Object.keys(item)) {
    if (IMPORTED_MEMBERS.some((member) => member === name)) continue;
    throw parameterProblem(name, `is not one of ${IMPORTED_MEMBERS.join(', ')}`);
  }
  const value = (name: Member): unknown => Reflect.get(item, name);
  const textOf = (name: Member): string | undefined => {
    const text = value(name);
    if (text === undefined || typeof text === 'string') return text;
    throw parameterProblem(name, 'must be a text');
  };
  const sid = sidOf('sid', textOf('sid') ?? '');
  const owner = textOf('owner_account_sid');
  const friendlyName = textOf('friendly_name');
  const status = textOf('status');
  const type = textOf('type');
  const token = textOf('auth_token');
  const secondary = value('secondary_auth_token') === null ? null : textOf('secondary_auth_token');
  const { rule } = ACCOUNT_PROPERTIES.friendlyName;
  return {
    sid,
    ownerAccountSid: owner === undefined ? undefined : sidOf('owner_account_sid', owner),
    friendlyName: rule.parse({ FriendlyName: friendlyName }, 'FriendlyName'),
    status: status === undefined ? undefined : parseStatus(status),
    type: type === undefined ? undefined : typeOf(type),
    authToken: token === undefined ? undefined : tokenOf('auth_token', token),
    secondaryAuthToken: secondary ? tokenOf('secondary_auth_token', secondary) : secondary,
  };
}

function sidOf(name: Member, text: string): string {
  const sid = parseSid('AC', text);
  if (sid !== undefined) return sid;
  throw parameterProblem(name, 'must be the SID of an account: AC and 32 hex digits');
}

function typeOf(text: string): AccountType {
  const type = ACCOUNT_TYPES.find((one) => one === text);
  if (type !== undefined) return type;
  throw parameterProblem('type', `must be one of ${ACCOUNT_TYPES.join(', ')}`);
}

/** Requests are signed with the token itself: of a hash there is nothing to sign with. */
function tokenOf(name: Member, text: string): string {
  if (HASH.test(text)) {
    throw parameterProblem(
      name,
      'is a hash, which cannot be imported: callbacks are signed with the token. Give the token, or leave it out and let the account rotate to a new one',
    );
  }
  if (!/^[!-~]*$/.test(text)) throw parameterProblem(name, 'must be visible ASCII characters');
  return checkText(name, TOKEN_RULE, text);
}
