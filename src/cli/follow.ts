/** Sends the result of a consent to the app, as the customer's browser would. */

import { createGuardedClient } from '../outgoing/guarded-client.ts';
import { Problem } from '../problem.ts';
import { withFlags } from './settings.ts';

export interface Followed {
  /** The status of the app's response; null if there was none. */
  status: number | null;
  /** Why there was no response. */
  failure?: string;
}

/** Calls the redirect once; a redirect that the app answers with is not followed. */
export async function followRedirect(flags: object, redirect: string): Promise<Followed> {
  const { callbackAllowedNetworks } = withFlags({ ...flags });
  const client = createGuardedClient({ allowedNetworks: callbackAllowedNetworks });
  // As a browser reads it: a fragment stays at home.
  const { href, hash } = new URL(redirect);
  const outcome = await client.send({
    method: 'GET',
    url: href.slice(0, href.length - hash.length),
    headers: { accept: 'text/html,*/*;q=0.8' },
  });
  client.close();
  if (outcome.answered) return { status: outcome.status };
  const { reason, code } = outcome;
  return { status: null, failure: code === undefined ? reason : `${reason}, ${code}` };
}

/** Raises `redirect_failed` when the app gave no answer. */
export function checkFollowed({ failure }: Followed): void {
  if (failure === undefined) return;
  throw new Problem(
    'redirect_failed',
    `The redirect could not be called (${failure}). The consent above is still recorded.`,
  );
}
