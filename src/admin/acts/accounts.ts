/** The acts on accounts. */

import {
  ACCOUNT_PROPERTIES,
  ACCOUNT_STATUSES,
  type AccountStatus,
  parseAccountProperties,
  propertiesOf,
} from '../../accounts/account.ts';
import { accountFormat } from '../../accounts/format.ts';
import {
  createAccount,
  createSubaccount,
  getAccount,
  listingOfAccounts,
  rotateToken,
  updateAccount,
} from '../../accounts/operations.ts';
import { type AccountWithToken, type StoredAccount, withoutToken } from '../../accounts/token.ts';
import { allows } from '../../admin-keys/admin-key.ts';
import { choice } from '../../http/schemas.ts';
import type { Parameters } from '../../parameter.ts';
import { type Act, listAct, lookUp, type Visit } from '../act.ts';
import { choiceOf, flagOf, requiredText, textOf, type Wire } from '../input.ts';

const READ = { resource: 'accounts', right: 'read' } as const;
const WRITE = { resource: 'accounts', right: 'write' } as const;
const sidOfOwner = { type: 'string', description: 'The parent account.' };

/** The account that an input names, or `not_found` with its SID. */
export function accountOf({ context }: Visit, input: Wire, name = 'account_sid') {
  const sid = requiredText(input, name);
  return lookUp(`account ${sid}`, () => getAccount(context, sid));
}

/** A key that may only read sees no token: with one, it could do everything that the account can. */
export function accountWire({ scopes }: Visit, { authToken, ...account }: AccountWithToken): Wire {
  return accountFormat.toWire(
    allows(scopes, 'accounts', 'write') ? { ...account, authToken } : account,
  );
}

/** The accountParameters that an operator may set, as parameters. */
export const accountParameters = Object.fromEntries(
  propertiesOf('flag').map((name) => [
    ACCOUNT_PROPERTIES[name].column,
    { type: 'string', description: ACCOUNT_PROPERTIES[name].rule.values.description },
  ]),
);

function parametersOf(input: Wire): Parameters {
  return Object.fromEntries(
    propertiesOf('flag').map((name) => {
      const { parameter, column } = ACCOUNT_PROPERTIES[name];
      return [parameter, textOf(input, column)];
    }),
  );
}

export const listAccounts = listAct({
  name: 'listAccounts',
  path: '/accounts',
  summary: 'List all accounts, or one and its subaccounts; without tokens.',
  needs: READ,
  input: { owner_account_sid: sidOfOwner, status: choice(ACCOUNT_STATUSES, 'Only these.') },
  async list(visit, input) {
    const status = choiceOf(input, 'status', ACCOUNT_STATUSES);
    const owner =
      input.owner_account_sid === undefined
        ? undefined
        : await accountOf(visit, input, 'owner_account_sid');
    const scope = owner ? { ownerAccountSid: owner.sid } : {};
    const listing = listingOfAccounts(visit.context, scope, status ? { status } : {});
    return {
      ...listing,
      toWire: (account: StoredAccount) => accountFormat.toWire(withoutToken(account)),
    };
  },
});

export const createAccountAct: Act = {
  name: 'createAccount',
  method: 'POST',
  path: '/accounts',
  summary: 'Create an account, or a subaccount.',
  needs: WRITE,
  input: { ...accountParameters, owner_account_sid: sidOfOwner },
  async run(visit, input) {
    const { context } = visit;
    const parameters = parametersOf(input);
    if (input.owner_account_sid === undefined) {
      const given = parseAccountProperties('flag', parameters);
      return accountWire(visit, await createAccount(context, given));
    }
    const parent = await accountOf(visit, input, 'owner_account_sid');
    return accountWire(visit, await createSubaccount(context, parent.sid, parameters));
  },
};

export const showAccount: Act = {
  name: 'fetchAccount',
  method: 'GET',
  path: '/accounts/{sid}',
  summary: 'Show an account; with its Auth Token to a key that may write.',
  needs: READ,
  input: {},
  run: async (visit, input) => accountWire(visit, await accountOf(visit, input, 'sid')),
};

function statusAct(verb: 'suspend' | 'activate' | 'close', status: AccountStatus, summary: string) {
  return {
    name: `${verb}Account`,
    method: 'POST',
    path: `/accounts/{sid}/${verb}`,
    summary,
    needs: WRITE,
    input: {},
    async run(visit, input) {
      const account = await accountOf(visit, input, 'sid');
      return accountWire(
        visit,
        await updateAccount(visit.context, account.sid, { Status: status }),
      );
    },
  } satisfies Act;
}

export const suspendAccount = statusAct(
  'suspend',
  'suspended',
  'Suspend an account and its subaccounts.',
);
export const activateAccount = statusAct('activate', 'active', 'End the suspension of an account.');
export const closeAccount = statusAct(
  'close',
  'closed',
  'Close an account and its subaccounts; this is final.',
);

export const rotateAccountToken: Act = {
  name: 'rotateAuthToken',
  method: 'POST',
  path: '/accounts/{sid}/rotate-token',
  summary: 'Give an account a new Auth Token.',
  needs: WRITE,
  input: {
    keep_old: {
      type: 'boolean',
      default: true,
      description: 'Whether the old token stays as the secondary one.',
    },
  },
  async run(visit, input) {
    const account = await accountOf(visit, input, 'sid');
    const keepOld = flagOf(input, 'keep_old') ?? true;
    return accountWire(visit, await rotateToken(visit.context, account.sid, { keepOld }));
  },
};

export const ACCOUNT_ACTS: readonly Act[] = [
  listAccounts,
  createAccountAct,
  showAccount,
  suspendAccount,
  activateAccount,
  closeAccount,
  rotateAccountToken,
];
