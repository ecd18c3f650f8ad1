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
}

export interface StoredUser extends User {
  passwordHash: string;
}

/** A user to be stored; no operator and not disabled unless it says so. */
export type NewStoredUser = Omit<StoredUser, 'isOperator' | 'disabledAt'> &
  Partial<Pick<StoredUser, 'isOperator' | 'disabledAt'>>;
