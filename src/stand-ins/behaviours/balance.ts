/** Balance: what an account and its subaccounts used is taken from a fixed sum. The account of an app has none. */

import { findGrant } from '../../authorizations/store.ts';
import { Problem } from '../../problem.ts';
import type { Behaviour } from '../behaviour.ts';
import { dollars, listUsage } from '../usage.ts';

/** A hundred dollars. */
const CREDIT = 10_000_000;

export const balance: Behaviour = {
  async fetch({ query, account }) {
    // Of the subaccount of a Connect App, Twilio answers 404.
    if ((await findGrant(query, account.sid)) !== undefined) throw new Problem('not_found');
    const usage = await listUsage(query, account.sid);
    const spent = usage.reduce((sum, { price }) => sum + price, 0);
    return { account_sid: account.sid, balance: dollars(CREDIT - spent, 2), currency: 'USD' };
  },
};
