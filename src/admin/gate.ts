/** Who may use the admin API: whoever has the key of the settings, or one that `admin-keys create` made. */

import { hash, timingSafeEqual } from 'node:crypto';
import type { AdminKey, Scope } from '../admin-keys/admin-key.ts';
import { allows } from '../admin-keys/admin-key.ts';
import { findKeyByText } from '../admin-keys/operations.ts';
import type { Actor, Context } from '../context.ts';
import { createBudgets } from '../http/rate-limit.ts';
import { Problem } from '../problem.ts';
import type { Queryable } from '../storage/database.ts';
import type { Act } from './act.ts';

/** Wrong keys that one address may send a minute. */
const WRONG_A_MINUTE = 10;

/** What a request claims: its Authorization header, and its address. */
export interface Claim {
  authorization: string | undefined;
  address: string;
}

/** A key that was right, and what it may do. */
export interface Admitted {
  actor: Actor;
  scopes: readonly Scope[];
  /** The key as it is stored; absent for that of the settings. */
  key?: AdminKey;
}

export interface Gate {
  /**
   * Returns whose key it is, from the rows as `query` sees them. Raises `not_authenticated` for a wrong key,
   * `too_many_requests` for the next wrong ones, and `access_denied` for one without the right.
   */
  admit(query: Queryable, claim: Claim, needs?: Act['needs']): Promise<Admitted>;
}

/** Makes the gate; `settingKey` is the key of the settings. */
export function createGate(context: Context, settingKey: string): Gate {
  const expected = hash('sha256', settingKey, 'buffer');
  // A budget refills by the second: one of a minute, on a clock that is sixty times as slow.
  const spend = createBudgets(WRONG_A_MINUTE, () => performance.now() / 60);

  return {
    async admit(query, { authorization, address }, needs) {
      const [, text = ''] = /^bearer +([!-~]+) *$/i.exec(authorization ?? '') ?? [];
      const isOfSetting = timingSafeEqual(hash('sha256', text, 'buffer'), expected);
      const key = isOfSetting ? undefined : await findKeyByText(context, query, text);
      if (!isOfSetting && !key) throw refusal(spend(address, 1).isServed);
      const actor: Actor = { source: 'admin', sid: key?.sid ?? null, address };
      if (key === undefined) return { actor, scopes: ['write'] };
      checkScopes(key.scopes, needs);
      return { actor, scopes: key.scopes, key };
    },
  };
}

/** Whoever has a right key is never kept out: no flood of others can do that. A key is too long to be guessed. */
function refusal(isServed: boolean): Problem {
  return isServed
    ? new Problem(
        'not_authenticated',
        'Send a key of the admin API: Authorization: Bearer KEY. The key is CONNECT_APPS_ADMIN_KEY of the server, or one that "connect-apps admin-keys create" printed and that has not ended.',
      )
    : new Problem('too_many_requests', 'Too many wrong keys from your address. Wait a minute.');
}

function checkScopes(scopes: readonly Scope[], needs: Act['needs'] | undefined): void {
  if (needs === undefined) return;
  if (needs === 'setting') {
    throw new Problem(
      'access_denied',
      'Only the key of the settings, CONNECT_APPS_ADMIN_KEY, manages admin keys.',
    );
  }
  const { resource, right } = needs;
  if (allows(scopes, resource, right)) return;
  throw new Problem(
    'access_denied',
    `This key needs the scope ${resource}:${right} or ${right}; it has ${scopes.join(', ')}.`,
  );
}
