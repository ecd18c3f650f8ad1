/** Users: the people who sign in, and the accounts that they may act for. No HTTP, no SQL text. */

export interface User {
  sid: string;
  /** Canonical: email.ts. */
  email: string;
  createdAt: number;
  /** Whether they act for every account. */
  isOperator: boolean;
  /** Since when they cannot sign in; null for everybody else. */
  disabledAt: number | null;
  lastSignInAt: number | null;
}

export interface StoredUser extends User {
  passwordHash: string;
}

/** Nobody has signed in yet; no operator and not disabled unless it says so. */
export type NewStoredUser = Omit<StoredUser, 'lastSignInAt' | 'isOperator' | 'disabledAt'> &
  Partial<Pick<StoredUser, 'isOperator' | 'disabledAt'>>;

/**
 * What a person may do for an account. A member does all the daily work; an owner also deletes apps, handles
 * Auth Tokens, changes the account and its people.
 */
export const ROLES = ['owner', 'member'] as const;

export type Role = (typeof ROLES)[number];

/** That a user belongs to an account. */
export interface Membership {
  accountSid: string;
  role: Role;
  createdAt: number;
  /** Since when the user may not act for the account; null while they may. */
  disabledAt: number | null;
}

/** A person as an account has them. */
export interface Person extends Membership {
  /** The user. */
  sid: string;
  email: string;
  lastSignInAt: number | null;
}

/** Whether a role is enough where another is needed. */
export function isEnough(role: Role, needed: Role): boolean {
  return role === 'owner' || needed === 'member';
}
