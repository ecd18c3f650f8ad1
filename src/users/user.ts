/** Users: the people who sign in, and the accounts that they may act for. No HTTP, no SQL text. */

export interface User {
  sid: string;
  /** Canonical: email.ts. */
  email: string;
  createdAt: number;
}

export interface StoredUser extends User {
  passwordHash: string;
}
