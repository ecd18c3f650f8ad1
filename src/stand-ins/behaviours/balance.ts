/** Balance: what the stand-ins of an account cost is taken from a fixed sum. The account of an app has none. */

import { findGrant } from '../../authorizations/store.ts';
import { Problem } from '../../problem.ts';
import type { Behaviour } from '../behaviour.ts';
import { listUse, priceOf } from '../usage.ts';

/** What an account begins with, in USD. */
const START = 100;

export const balance: Behaviour = {
  async fetch({ query, account }) {
    // Of the subaccount of a Connect App, Twilio answers 404.
    if ((await findGrant(query, account.sid)) !== undefined) throw new Problem('not_found');
    const used = await listUse(query, account.sid);
    const cost = used.reduce((sum, use) => sum + priceOf(use), 0);
    return { account_sid: account.sid, balance: (START - cost).toFixed(4), currency: 'USD' };
  },
};
