/** What hashing a password costs, as a value that is handed in, so that tests pay less. */

/** The parameters of scrypt (RFC 7914). */
export interface PasswordCost {
  /** The binary logarithm of N. */
  ln: number;
  r: number;
  p: number;
}

/** About 32 MiB and a third of a second, as OWASP's "Password Storage" page asks of scrypt. */
export const PASSWORD_COST: PasswordCost = { ln: 15, r: 8, p: 3 };

/** For passwords that guard nothing: those of worlds and tests, which end with their process. */
export const TEST_PASSWORD_COST: PasswordCost = { ln: 4, r: 8, p: 1 };
