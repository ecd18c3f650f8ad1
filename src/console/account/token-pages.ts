/** Auth tokens: seen after the password, and rotated in three steps. */

import {
  createSecondaryToken,
  deleteSecondaryToken,
  getStoredTokens,
  promoteSecondaryToken,
  revealTokens,
  tokenNames,
} from '../../accounts/token-rotation.ts';
import { textOf } from '../../parameter.ts';
import { lastUsedOfTokens } from '../../requests/operations.ts';
import type { AccountVisit, Console } from '../console.ts';
import { PASSWORD, refuse, refuseUnconfirmed } from './confirm.ts';
import { deletionView, promotionView, type Tokens, tokensView } from './tokens.ts';

/** Adds /console/AC…/account/tokens and what is under it. */
export function addTokenPages(console: Console): void {
  const { context } = console;
  const { query } = context.database;

  async function tokensOf({ account }: AccountVisit): Promise<Tokens> {
    const stored = await getStoredTokens(query, account.sid);
    return {
      names: tokenNames(context, stored),
      usedAt: await lastUsedOfTokens(context, stored),
    };
  }

  // What is shown is the answer to the form, and so in no URL, and in no history.
  console.form('account/tokens', {
    fields: [PASSWORD],
    options: { config: { waitsForSemaphore: true } },
    page: async (visit) => tokensView(visit, await tokensOf(visit)),
    async submit(visit, form) {
      const refusal = await refuseUnconfirmed(console, visit, form);
      if (refusal !== undefined) {
        return refuse(visit, refusal, tokensView(visit, await tokensOf(visit), { refusal }));
      }
      const shown = await revealTokens(visit.actingAsOwner, visit.account.sid);
      return tokensView(visit, await tokensOf(visit), { shown });
    },
  });

  console.form('account/tokens/secondary', {
    fields: [],
    async submit({ actingAsOwner, account, link }) {
      await createSecondaryToken(actingAsOwner, account.sid);
      return link('account/tokens');
    },
  });

  console.form('account/tokens/promote', {
    fields: [PASSWORD, 'token'],
    options: { config: { waitsForSemaphore: true } },
    page: async (visit) => promotionView(visit, await tokensOf(visit)),
    async submit(visit, form) {
      const refusal = await refuseUnconfirmed(console, visit, form);
      if (refusal !== undefined) {
        return refuse(visit, refusal, promotionView(visit, await tokensOf(visit), refusal));
      }
      const { actingAsOwner, account, link } = visit;
      await promoteSecondaryToken(actingAsOwner, account.sid, textOf(form, 'token') ?? '');
      return link('account/tokens');
    },
  });

  console.form('account/tokens/delete-secondary', {
    fields: ['token'],
    page: async (visit) => deletionView(visit, await tokensOf(visit)),
    async submit({ actingAsOwner, account, link }, form) {
      await deleteSecondaryToken(actingAsOwner, account.sid, textOf(form, 'token') ?? '');
      return link('account/tokens');
    },
  });
}
