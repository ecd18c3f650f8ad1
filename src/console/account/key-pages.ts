/** API keys: made, renamed and deleted. A new one is made after the password, and its secret is shown once. */

import { API_KEY_TYPES, type ApiKey } from '../../api-keys/api-key.ts';
import {
  createApiKey,
  deleteApiKey,
  getApiKey,
  listingOfApiKeys,
  updateApiKey,
} from '../../api-keys/operations.ts';
import { pathParameter } from '../../http/request.ts';
import { checkChoice, textOf } from '../../parameter.ts';
import { lastUsedOfKeys } from '../../requests/operations.ts';
import type { AccountVisit, Console } from '../console.ts';
import { readListPage } from '../paging.ts';
import { PASSWORD, refuse, refuseUnconfirmed } from './confirm.ts';
import { keyDeletionView, keyView, newKeyView } from './key.ts';
import { keysView } from './keys.ts';

/** Adds /console/AC…/account/keys and what is under it. */
export function addKeyPages(console: Console): void {
  const { context } = console;

  console.page('account/keys', async (visit) => {
    const { account, link, query } = visit;
    const page = await readListPage({
      ...listingOfApiKeys(context, account.sid, 'console keys'),
      keyring: context.keyring,
      path: link('account/keys'),
      query,
      placeOf: (key) => key,
    });
    const sids = page.items.map(({ sid }) => sid);
    return keysView(visit, page, await lastUsedOfKeys(context, account.sid, sids));
  });

  // The secret is the answer to the form, and so in no URL, and in no history.
  console.form('account/keys/new', {
    fields: ['FriendlyName', 'Type', PASSWORD],
    options: { config: { waitsForSemaphore: true } },
    page: async (visit, typed) => newKeyView(visit, typed),
    async submit(visit, form) {
      const type = checkChoice('Type', API_KEY_TYPES, textOf(form, 'Type') ?? '');
      const refusal = await refuseUnconfirmed(console, visit, form);
      if (refusal !== undefined) {
        return refuse(visit, refusal, newKeyView(visit, undefined, { form, refusal }));
      }
      const { account, actingAsOwner } = visit;
      const made = await createApiKey(actingAsOwner, account.sid, form, type);
      return keyView(visit, made, { secret: made.secret });
    },
  });

  const find = ({ account, request }: AccountVisit): Promise<ApiKey> =>
    getApiKey(context, account.sid, pathParameter(request, 'KeySid'));

  console.form('account/keys/:KeySid', {
    fields: ['FriendlyName'],
    page: async (visit, typed) => keyView(visit, await find(visit), { typed }),
    async submit(visit, form) {
      const { account, actingAsOwner, link } = visit;
      const { sid } = await find(visit);
      await updateApiKey(actingAsOwner, account.sid, sid, form);
      return link('account/keys');
    },
  });

  console.form('account/keys/:KeySid/delete', {
    fields: [],
    async page(visit) {
      const key = await find(visit);
      const uses = await lastUsedOfKeys(context, visit.account.sid, [key.sid]);
      return keyDeletionView(visit, key, uses.get(key.sid));
    },
    async submit(visit) {
      const { account, actingAsOwner, link } = visit;
      const { sid } = await find(visit);
      await deleteApiKey(actingAsOwner, account.sid, sid);
      return link('account/keys');
    },
  });
}
