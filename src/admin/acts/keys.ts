/** The acts on the API keys of an account, and on the keys of this API. */

import { type AdminKey, SCOPES } from '../../admin-keys/admin-key.ts';
import { createAdminKey, endAdminKey, listingOfAdminKeys } from '../../admin-keys/operations.ts';
import { API_KEY_TYPES, type ApiKey } from '../../api-keys/api-key.ts';
import { createApiKey, deleteApiKey, listingOfApiKeys } from '../../api-keys/operations.ts';
import { choice } from '../../http/schemas.ts';
import { type Act, listAct, lookUp } from '../act.ts';
import { choiceOf, numberOf, requiredText, textOf, textsOf, type Wire } from '../input.ts';
import { accountOf } from './accounts.ts';

const READ = { resource: 'keys', right: 'read' } as const;
const WRITE = { resource: 'keys', right: 'write' } as const;
const time = (milliseconds: number) => new Date(milliseconds).toISOString();
const timeOrNull = (milliseconds: number | null) => milliseconds && time(milliseconds);

function wireOf(key: ApiKey): Wire {
  return {
    sid: key.sid,
    account_sid: key.accountSid,
    friendly_name: key.friendlyName,
    type: key.type,
    date_created: time(key.createdAt),
    date_updated: time(key.updatedAt),
  };
}

export const listKeys = listAct({
  name: 'listKeys',
  path: '/accounts/{account_sid}/keys',
  summary: 'List the API keys of an account.',
  needs: READ,
  input: {},
  async list(visit, input) {
    const account = await accountOf(visit, input);
    return { ...listingOfApiKeys(visit.context, account.sid, 'Keys'), toWire: wireOf };
  },
});

export const createKey: Act = {
  name: 'createKey',
  method: 'POST',
  path: '/accounts/{account_sid}/keys',
  summary: 'Create an API key; its secret is shown only here.',
  needs: WRITE,
  input: {
    friendly_name: { type: 'string', description: 'The name of the key.' },
    type: choice(API_KEY_TYPES, 'Standard, or Main to manage accounts and keys, too.'),
  },
  async run(visit, input) {
    const account = await accountOf(visit, input);
    const key = await createApiKey(
      visit.context,
      account.sid,
      { FriendlyName: textOf(input, 'friendly_name') },
      choiceOf(input, 'type', API_KEY_TYPES) ?? 'Standard',
    );
    return { ...wireOf(key), secret: key.secret };
  },
};

export const deleteKey: Act = {
  name: 'deleteKey',
  method: 'DELETE',
  path: '/accounts/{account_sid}/keys/{sid}',
  summary: 'Delete an API key, which ends its access immediately.',
  needs: WRITE,
  input: {},
  async run(visit, input) {
    const account = await accountOf(visit, input);
    const sid = requiredText(input, 'sid');
    const key = await lookUp(`API key ${sid} of account ${account.sid}`, () =>
      deleteApiKey(visit.context, account.sid, sid),
    );
    return wireOf(key);
  },
};

function wireOfAdminKey(key: AdminKey): Wire {
  return {
    sid: key.sid,
    friendly_name: key.friendlyName,
    scopes: key.scopes,
    date_created: time(key.createdAt),
    date_expires: timeOrNull(key.expiresAt),
    date_ended: timeOrNull(key.endedAt),
    last_used: timeOrNull(key.lastUsedAt),
  };
}

export const listAdminKeys = listAct({
  name: 'listAdminKeys',
  path: '/admin-keys',
  summary: 'List the keys of this API, with those that have ended.',
  needs: 'setting',
  input: {},
  list: ({ context }) => ({ ...listingOfAdminKeys(context), toWire: wireOfAdminKey }),
});

export const createAdminKeyAct: Act = {
  name: 'createAdminKey',
  method: 'POST',
  path: '/admin-keys',
  summary: 'Create a key of this API; it is shown only here.',
  needs: 'setting',
  input: {
    friendly_name: { type: 'string', description: 'What the key is for.' },
    scopes: {
      type: 'array',
      required: true,
      items: { type: 'string', enum: SCOPES },
      description: 'What the key may do.',
    },
    expires_in_days: { type: 'integer', minimum: 1, description: 'Never when absent.' },
  },
  async run({ context }, input) {
    const made = await createAdminKey(context, {
      friendlyName: textOf(input, 'friendly_name') ?? '',
      scopes: textsOf(input, 'scopes'),
      expiresInDays: numberOf(input, 'expires_in_days'),
    });
    return { ...wireOfAdminKey(made), key: made.key };
  },
};

export const deleteAdminKey: Act = {
  name: 'deleteAdminKey',
  method: 'DELETE',
  path: '/admin-keys/{sid}',
  summary: 'End a key of this API immediately; it stays in the list.',
  needs: 'setting',
  input: {},
  async run({ context }, input) {
    const sid = requiredText(input, 'sid');
    return wireOfAdminKey(await lookUp(`admin key ${sid}`, () => endAdminKey(context, sid)));
  },
};

export const KEY_ACTS: readonly Act[] = [
  listKeys,
  createKey,
  deleteKey,
  listAdminKeys,
  createAdminKeyAct,
  deleteAdminKey,
];
