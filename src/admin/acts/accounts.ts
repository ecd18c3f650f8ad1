/** The acts on accounts. */

import {
  ACCOUNT_PROPERTIES,
  ACCOUNT_STATUSES,
  ACCOUNT_TYPES,
  type AccountStatus,
  parseAccountProperties,
  propertiesOf,
} from '../../accounts/account.ts';
import { accountFormat } from '../../accounts/format.ts';
import { importAccounts } from '../../accounts/import.ts';
import {
  IMPORTED_MEMBERS,
  type ImportedAccount,
  parseImportedAccount,
  TOKEN_RULE,
} from '../../accounts/imported-account.ts';
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
import { parameterProblem } from '../../parameter.ts';
import { Problem } from '../../problem.ts';
import { type Act, listAct, lookUp, type Visit } from '../act.ts';
import { choiceOf, flagOf, requiredText, textOf, type Wire } from '../input.ts';

const READ = { resource: 'accounts', right: 'read' } as const;
const WRITE = { resource: 'accounts', right: 'write' } as const;
const MAX_IMPORTED = 500;
const sidOfOwner = { type: 'string', description: 'The parent account.' };

/** The account that an input names, or `not_found` with its SID. */
export function accountOf({ context }: Visit, input: Wire, name = 'account_sid') {
  const sid = requiredText(input, name);
  return lookUp(`account ${sid}`, () => getAccount(context, sid));
}

/** A key that may only read sees no token: with one, it could do everything that the account can. */
function wireOf({ scopes }: Visit, { authToken, ...account }: AccountWithToken): Wire {
  return accountFormat.toWire(
    allows(scopes, 'accounts', 'write') ? { ...account, authToken } : account,
  );
}

const properties = Object.fromEntries(
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
  input: { ...properties, owner_account_sid: sidOfOwner },
  async run(visit, input) {
    const { context } = visit;
    const parameters = parametersOf(input);
    if (input.owner_account_sid === undefined) {
      const given = parseAccountProperties('flag', parameters);
      return wireOf(visit, await createAccount(context, given));
    }
    const parent = await accountOf(visit, input, 'owner_account_sid');
    return wireOf(visit, await createSubaccount(context, parent.sid, parameters));
  },
};

export const showAccount: Act = {
  name: 'fetchAccount',
  method: 'GET',
  path: '/accounts/{sid}',
  summary: 'Show an account; with its auth token to a key that may write.',
  needs: READ,
  input: {},
  run: async (visit, input) => wireOf(visit, await accountOf(visit, input, 'sid')),
};

const imported = {
  friendly_name: properties.friendly_name ?? {},
  owner_account_sid: sidOfOwner,
  status: choice(ACCOUNT_STATUSES, 'The status.'),
  type: choice(ACCOUNT_TYPES, 'The type.'),
  auth_token: { ...TOKEN_RULE },
  secondary_auth_token: { ...TOKEN_RULE, nullable: true },
};

export const putAccount: Act = {
  name: 'putAccount',
  method: 'PUT',
  path: '/accounts/{sid}',
  summary: 'Import an account under its own SID, or make it what is said of it.',
  needs: WRITE,
  input: imported,
  async run(visit, input) {
    const account = parseImportedAccount(input);
    const [outcome] = await importAccounts(visit.context, [account]);
    if (outcome instanceof Problem) throw outcome;
    return wireOf(visit, await getAccount(visit.context, account.sid));
  },
};

export const importAccountsAct: Act = {
  name: 'importAccounts',
  method: 'POST',
  path: '/accounts/import',
  summary: `Import up to ${MAX_IMPORTED} accounts; those that cannot be imported are named.`,
  needs: WRITE,
  maxBytes: 512 * 1024,
  input: {
    accounts: {
      type: 'array',
      maxItems: MAX_IMPORTED,
      required: true,
      items: {
        type: 'object',
        required: ['sid'],
        properties: { sid: { type: 'string' }, ...imported },
      },
      description: `Objects with ${IMPORTED_MEMBERS.join(', ')}.`,
    },
  },
  async run({ context }, { accounts }) {
    if (!Array.isArray(accounts) || accounts.length > MAX_IMPORTED) {
      throw parameterProblem('accounts', `must be a list of at most ${MAX_IMPORTED} accounts`);
    }
    const valid: { index: number; account: ImportedAccount }[] = [];
    const problems: { index: number; error: string; message: string }[] = [];
    const refuse = (index: number, error: unknown) => {
      if (!(error instanceof Problem)) throw error;
      problems.push({ index, error: error.problem, message: error.message });
    };
    accounts.forEach((item: unknown, index) => {
      try {
        valid.push({ index, account: parseImportedAccount(item) });
      } catch (error) {
        refuse(index, error);
      }
    });
    const counts = { created: 0, updated: 0, unchanged: 0 };
    const outcomes = await importAccounts(
      context,
      valid.map(({ account }) => account),
    );
    outcomes.forEach((outcome, place) => {
      if (typeof outcome === 'string') counts[outcome] += 1;
      else refuse(valid[place]?.index ?? -1, outcome);
    });
    return { ...counts, problems };
  },
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
      return wireOf(visit, await updateAccount(visit.context, account.sid, { Status: status }));
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
  summary: 'Give an account a new auth token.',
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
    return wireOf(visit, await rotateToken(visit.context, account.sid, { keepOld }));
  },
};

export const ACCOUNT_ACTS: readonly Act[] = [
  listAccounts,
  createAccountAct,
  importAccountsAct,
  showAccount,
  putAccount,
  suspendAccount,
  activateAccount,
  closeAccount,
  rotateAccountToken,
];
