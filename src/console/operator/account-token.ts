/** How an operator gives an account a new Auth Token without seeing it: for a token that became known to others. */

import { html } from 'hono/html';
import type { Account } from '../../accounts/account.ts';
import { rotateToken } from '../../accounts/operations.ts';
import { csrfField } from '../../pages/layout.ts';
import { isolated } from '../../pages/text.ts';
import { textOf } from '../../parameter.ts';
import { Problem } from '../../problem.ts';
import { type Console, formNotice, type OperatorVisit, type View } from '../console.ts';
import { choiceField } from '../parts/field.ts';
import { buttonRow, dialogCard, keepIt } from '../parts/panel.ts';
import type { Typed } from '../typed.ts';
import { checkLastDigits, lastDigitsField } from './account-forms.ts';
import { accountOf } from './accounts.ts';
import { operatorLink, operatorNav } from './nav.ts';

const OLD_TOKEN = 'OldToken';

/** Adds the form. */
export function addOperatorTokenForm(console: Console): void {
  const { context } = console;
  console.operatorForm('accounts/:AccountSid(^AC[0-9a-f]{32}$)/rotate-token', {
    fields: [OLD_TOKEN, 'LastDigits'],
    page: async (visit, typed) => rotationView(visit, await accountOf(context, visit), typed),
    async submit(visit, form) {
      const account = await accountOf(context, visit);
      refuseClosed(account);
      checkLastDigits(account, form);
      const keepOld = textOf(form, OLD_TOKEN) !== 'refuse';
      await rotateToken(visit.acting, account.sid, { keepOld });
      return operatorLink(`accounts/${account.sid}`);
    },
  });
}

function rotationView(
  { csrfToken }: OperatorVisit,
  account: Account,
  typed: Typed | undefined,
): View {
  refuseClosed(account);
  const here = operatorLink(`accounts/${account.sid}`);
  return {
    title: `Replace the Auth Token of ${account.friendlyName}`,
    nav: operatorNav('accounts'),
    isCard: true,
    body: dialogCard({
      title: html`Replace the Auth Token of ${isolated(account.friendlyName)}?`,
      body: html`${formNotice(typed)}<ul>
<li>The account gets a new primary token. You do not see it; the account’s owners find it under Account › Auth Tokens.</li>
<li>Callbacks to the URLs of its apps are signed with the new token.</li>
<li>An existing secondary token is refused from now on.</li>
</ul><form method="post" action="${here}/rotate-token">${csrfField(csrfToken)}${choiceField({
        name: OLD_TOKEN,
        label: 'The current primary token',
        values: [(typed && textOf(typed.form, OLD_TOKEN)) ?? 'keep'],
        isSingle: true,
        choices: [
          {
            value: 'keep',
            text: 'Keep it as the secondary token',
            hint: 'Programs that use it keep working until an owner replaces it.',
          },
          {
            value: 'refuse',
            text: 'Refuse it at once',
            hint: 'Programs that use it stop working. Choose this if the token has leaked.',
          },
        ],
      })}${lastDigitsField(account, typed)}${buttonRow(html`<button class="danger">Replace the token</button>`, keepIt(here, 'Keep it', false))}</form>`,
    }),
  };
}

function refuseClosed({ status }: Account): void {
  if (status === 'closed') throw new Problem('account_closed', 'The account is closed.');
}
