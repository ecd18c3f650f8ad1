/** The acts that bring a platform's own accounts: one, or many at a time. */

import { ACCOUNT_STATUSES, ACCOUNT_TYPES } from '../../accounts/account.ts';
import { importAccounts } from '../../accounts/import.ts';
import {
  IMPORTED_MEMBERS,
  type ImportedAccount,
  parseImportedAccount,
  TOKEN_RULE,
} from '../../accounts/imported-account.ts';
import { getAccount } from '../../accounts/operations.ts';
import { choice } from '../../http/schemas.ts';
import { parameterProblem } from '../../parameter.ts';
import { Problem } from '../../problem.ts';
import type { Act } from '../act.ts';
import { accountParameters, accountWire } from './accounts.ts';

const WRITE = { resource: 'accounts', right: 'write' } as const;
const MAX_IMPORTED = 500;
const sidOfOwner = { type: 'string', description: 'The parent account.' };

const imported = {
  friendly_name: accountParameters.friendly_name ?? {},
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
    return accountWire(visit, await getAccount(visit.context, account.sid));
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

export const IMPORT_ACTS: readonly Act[] = [importAccountsAct, putAccount];
