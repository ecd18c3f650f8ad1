import type { TextRule } from '../parameter.ts';
import { Problem } from '../problem.ts';

export const ACCOUNT_STATUSES = ['active', 'suspended', 'closed'] as const;

export type AccountStatus = (typeof ACCOUNT_STATUSES)[number];

export const ACCOUNT_TYPES = ['Trial', 'Full'] as const;

export type AccountType = (typeof ACCOUNT_TYPES)[number];

export const FRIENDLY_NAME_RULE: TextRule = {
  type: 'string',
  minLength: 1,
  maxLength: 64,
  description: 'The name of the account, 1 to 64 characters.',
};

export interface Account {
  sid: string;
  /** The parent's SID; a parent's own. */
  ownerAccountSid: string;
  friendlyName: string;
  type: AccountType;
  /** What holds now: a subaccount is never more active than its parent. */
  status: AccountStatus;
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
