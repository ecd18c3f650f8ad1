/** Balance: what the stand-ins of an account cost is taken from a fixed sum. The account of an app has none. */

import { findGrant } from '../../authorizations/store.ts';
import { Problem } from '../../problem.ts';
import type { Behaviour } from '../behaviour.ts';

export const balance: Behaviour = {
  async fetch({ query, account }) {
    // Of the subaccount of a Connect App, Twilio answers 404.
    if ((await findGrant(query, account.sid)) !== undefined) throw new Problem('not_found');
    return { account_sid: account.sid, balance: '100.00', currency: 'USD' };
  },
};
