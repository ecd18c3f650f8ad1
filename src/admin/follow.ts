/** Sends the result of a consent to the app, as the customer's browser would. */

import type { GuardedClient } from '../outgoing/guarded-client.ts';
import type { Visit } from './act.ts';

/** Returns what calls a redirect once; a redirect that the app answers with is not followed. */
export function followWith(client: GuardedClient): Visit['follow'] {
  return async (redirect) => {
    // As a browser reads it: a fragment stays at home.
    const { href, hash } = new URL(redirect);
    const outcome = await client.send({
      method: 'GET',
      url: href.slice(0, href.length - hash.length),
      headers: { accept: 'text/html,*/*;q=0.8' },
    });
    if (outcome.answered) return { status: outcome.status };
    const { reason, code } = outcome;
    return { status: null, failure: code === undefined ? reason : `${reason}, ${code}` };
  };
}
