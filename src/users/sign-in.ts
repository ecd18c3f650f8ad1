/**
 * One sign-in attempt: counted, given its turn, checked. Known browsers go first: a browser in which this
 * user has signed in before has its own attempts and turns, no matter what arrives from elsewhere.
 */

import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { canonicalEmail } from './email.ts';
import { isKnownBrowser } from './known-browser.ts';
import { findByPassword } from './operations.ts';
import { networkOf, type SignInLimits } from './sign-in-limits.ts';
import type { StoredUser } from './user.ts';

export interface Try {
  /** As typed. */
  email: string;
  password: string;
  /** Where it comes from. */
  address: string;
  /** The mark that an earlier sign-in left in the browser. */
  mark: string | undefined;
  /** Whether nobody is waiting for the response anymore. */
  isGone: () => boolean;
}

/** The user, or the reason why there is none: too many attempts, a wrong password, or no turn to check it. */
export type Result =
  | { user: StoredUser }
  | { refusal: 'too_many_tries'; waitMs: number }
  | { refusal: 'wrong' }
  | { refusal: 'not_checked' };

/** IPv6 networks that share their turns: anyone can get a /48. */
const GROUPS_OF_A_SITE = 3;

/** Tries to sign in. An attempt whose password was not checked does not count as a guess. */
export async function trySignIn(
  context: Context,
  limits: SignInLimits,
  attempt: Try,
): Promise<Result> {
  const result = await tryOnce(context, limits, attempt);
  context.report({
    name: 'sign_in_tried',
    result: 'refusal' in result ? result.refusal : 'accepted',
  });
  return result;
}

async function tryOnce(
  context: Context,
  limits: SignInLimits,
  { email: typed, password, address, mark, isGone }: Try,
): Promise<Result> {
  const email = canonicalEmail(typed);
  const isMarked = isKnownBrowser(context.keyring, email, mark, context.clock.now());
  const ownPlace = `known browsers of ${email}`;
  const isKnown = isMarked && limits.countTry(email, ownPlace) === 0;
  const waitMs = isKnown ? 0 : limits.countTry(email, address);
  if (waitMs > 0) return { refusal: 'too_many_tries', waitMs };
  const forgetTry = () => limits.forgetTry(email, isKnown ? ownPlace : address);
  const name = isKnown ? ownPlace : networkOf(address, GROUPS_OF_A_SITE);
  try {
    const user = await findByPassword(context, email, password, { name, isKnown, isGone });
    if (user === undefined) return { refusal: 'wrong' };
    forgetTry();
    return { user };
  } catch (error) {
    forgetTry();
    if (error instanceof Problem && error.problem === 'overloaded') {
      return { refusal: 'not_checked' };
    }
    throw error;
  }
}
