/**
 * Accounts: the type, and the one table of the properties that can be set. Forms, filters, columns, answers,
 * flags and help derive from it.
 */

import { checkChoice, type Parameters } from '../parameter.ts';
import { Problem } from '../problem.ts';
import {
  initialOf,
  namesOf,
  type Property,
  requiredChoice,
  requiredFriendlyName,
} from '../property.ts';

export const ACCOUNT_STATUSES = ['active', 'suspended', 'closed'] as const;

export type AccountStatus = (typeof ACCOUNT_STATUSES)[number];

export const ACCOUNT_TYPES = ['Trial', 'Full'] as const;

export type AccountType = (typeof ACCOUNT_TYPES)[number];

/** In Unicode code points. */
export const MAX_FRIENDLY_NAME = 64;

/** Where a property may be set or asked for: a form of the API, the filters of a list, a flag of `create`. */
export type AccountForm = 'create' | 'update' | 'filter' | 'flag';

/** The properties that can be set, in the order of Twilio's XML. */
const TABLE = {
  friendlyName: {
    parameter: 'FriendlyName',
    column: 'friendly_name',
    rule: requiredFriendlyName('The name of the account, 1 to 64 characters.', {
      minLength: 1,
      maxLength: MAX_FRIENDLY_NAME,
    }),
    shown: { rest: true, consent: true },
    forms: ['create', 'update', 'filter', 'flag'],
  },
  type: {
    parameter: 'Type',
    column: 'type',
    rule: requiredChoice<AccountType>(
      'The type of the account: Full, or Trial until it is upgraded.',
      ACCOUNT_TYPES,
      { initial: 'Full', check: (name, sent) => checkChoice(name, ACCOUNT_TYPES, sent) },
    ),
    shown: { rest: true, consent: false },
    forms: ['flag'],
  },
  status: {
    parameter: 'Status',
    column: 'status',
    rule: requiredChoice<AccountStatus>(
      'The status of the account. A suspended account can be activated again; a closed account cannot.',
      ACCOUNT_STATUSES,
      { initial: 'active', check: (_, sent) => parseStatus(sent) },
    ),
    shown: { rest: true, consent: false },
    forms: ['update', 'filter'],
  },
} as const satisfies Record<string, Property & { forms: readonly AccountForm[] }>;

type Table = typeof TABLE;
export type AccountPropertyName = keyof Table;

export type AccountProperties = {
  -readonly [Name in AccountPropertyName]: Table[Name]['rule']['initial'];
};

export type AccountPropertyColumns = {
  [Name in AccountPropertyName as Table[Name]['column']]: ReturnType<
    Table[Name]['rule']['toColumn']
  >;
};

/** The table, typed so that the value, column and rule of a name in a variable belong together. */
export const ACCOUNT_PROPERTIES: {
  [Name in AccountPropertyName]: Property<
    AccountProperties[Name],
    Table[Name]['column'],
    AccountPropertyColumns[Table[Name]['column']]
  > & { forms: readonly AccountForm[] };
} = TABLE;

export const ACCOUNT_PROPERTY_NAMES = namesOf(TABLE);

/** What an account has where nothing was said. */
export const INITIAL_PROPERTIES: Readonly<AccountProperties> = initialOf(TABLE);

/** The names of the properties that a form has. */
export function propertiesOf(form: AccountForm): AccountPropertyName[] {
  return ACCOUNT_PROPERTY_NAMES.filter((name) => ACCOUNT_PROPERTIES[name].forms.includes(form));
}

/** Reads what a form, or the flags of a command, set; a missing parameter sets nothing. */
export function parseAccountProperties(
  form: Exclude<AccountForm, 'filter'>,
  parameters: Parameters,
): Partial<AccountProperties> {
  const properties: Partial<AccountProperties> = {};
  for (const name of propertiesOf(form)) parseProperty(properties, name, parameters);
  return properties;
}

function parseProperty<Name extends AccountPropertyName>(
  properties: Partial<AccountProperties>,
  name: Name,
  parameters: Parameters,
): void {
  const { parameter, rule } = ACCOUNT_PROPERTIES[name];
  const value = rule.parse(parameters, parameter);
  if (value !== undefined) properties[name] = value;
}

/** An account; its status is what holds now: a subaccount is never more active than its parent. */
export interface Account extends AccountProperties {
  sid: string;
  /** The parent's SID; a parent's own. */
  ownerAccountSid: string;
  createdAt: number;
  updatedAt: number;
}

/** What stays of an account as long as it lives. */
export type AccountIdentity = Pick<Account, 'sid' | 'ownerAccountSid' | 'type'>;

/** Whether the account has a parent. */
export function isSubaccount(account: Pick<Account, 'sid' | 'ownerAccountSid'>): boolean {
  return account.ownerAccountSid !== account.sid;
}

/** Reads a status by its name, or by the number that Twilio's description gives to `active`. */
export function parseStatus(text: string): AccountStatus {
  const status = ACCOUNT_STATUSES.find((one) => one === (text === '1' ? 'active' : text));
  if (status !== undefined) return status;
  throw new Problem('status_invalid', `Status must be one of ${ACCOUNT_STATUSES.join(', ')}.`);
}

/** The name that Twilio gives to a subaccount without one (Twilio docs, iam/api/account). */
export function defaultFriendlyName(now: number): string {
  const [date, time = ''] = new Date(now).toISOString().split('T');
  const meridian = Number(time.slice(0, 2)) < 12 ? 'am' : 'pm';
  return `SubAccount Created at ${date} ${time.slice(0, 5)} ${meridian}`;
}

/** From active to closed; a subaccount has the worse of its own and its parent's. */
const SEVERITY: Record<AccountStatus, number> = { active: 0, suspended: 1, closed: 2 };

/** The status of a subaccount from its own and its parent's. */
export function worseOf(one: AccountStatus, other: AccountStatus): AccountStatus {
  return SEVERITY[other] > SEVERITY[one] ? other : one;
}
