/** What operators do with an account: create, suspend, activate, close. Each dialog says what will happen. */

import { html } from 'hono/html';
import { ACCOUNT_TYPES, type Account, isSubaccount } from '../../accounts/account.ts';
import { createAccount, listingOfAccounts, updateAccount } from '../../accounts/operations.ts';
import { listingOfAuthorizedConnectApps } from '../../authorizations/operations.ts';
import { listingOfConnectApps } from '../../connect-apps/operations.ts';
import type { Context } from '../../context.ts';
import { csrfField, type Html } from '../../pages/layout.ts';
import { isolated } from '../../pages/text.ts';
import { checkChoice, type Parameters, parameterProblem, textOf } from '../../parameter.ts';
import { Problem } from '../../problem.ts';
import { type Console, formNotice, type OperatorVisit, type View } from '../console.ts';
import { field, selectField } from '../parts/field.ts';
import { buttonRow, dialogCard, keepIt } from '../parts/panel.ts';
import { counted } from '../parts/text.ts';
import type { Typed } from '../typed.ts';
import { accountOf } from './accounts.ts';
import { operatorLink, operatorNav } from './nav.ts';

const LAST_DIGITS = 'LastDigits';

/** Adds the forms. */
export function addOperatorAccountForms(console: Console): void {
  const { context } = console;
  console.operatorForm('accounts/new', {
    fields: ['FriendlyName', 'Type'],
    page: async (visit, typed) => newView(visit, typed),
    async submit({ acting }, form) {
      const created = await createAccount(acting, {
        friendlyName: textOf(form, 'FriendlyName') ?? '',
        type: checkChoice('Type', ACCOUNT_TYPES, textOf(form, 'Type') ?? ''),
      });
      return operatorLink(`accounts/${created.sid}`);
    },
  });

  for (const act of ACTS) {
    console.operatorForm(`accounts/:AccountSid(^AC[0-9a-f]{32}$)/${act.name}`, {
      fields: [LAST_DIGITS],
      page: async (visit, typed) =>
        actView(context, visit, { act, typed, account: await accountOf(context, visit) }),
      async submit(visit, form) {
        const account = await accountOf(context, visit);
        if (act.isTyped) checkLastDigits(account, form);
        await updateAccount(visit.acting, account.sid, { Status: act.status });
        return operatorLink(`accounts/${account.sid}`);
      },
    });
  }
}

function newView({ csrfToken }: OperatorVisit, typed: Typed | undefined): View {
  const back = operatorLink('accounts');
  return {
    title: 'Create an account',
    nav: operatorNav('accounts'),
    isCard: true,
    body: dialogCard({
      title: 'Create an account',
      body: html`${formNotice(typed)}<form method="post" action="${operatorLink('accounts/new')}">${csrfField(csrfToken)}${field(
        {
          name: 'FriendlyName',
          label: 'Name',
          value: typed && textOf(typed.form, 'FriendlyName'),
          fault: typed?.faultOf('FriendlyName'),
          isRequired: true,
          maxLength: 64,
          hasFocus: true,
        },
      )}${selectField({
        name: 'Type',
        label: 'Type',
        value: (typed && textOf(typed.form, 'Type')) ?? 'Full',
        fault: typed?.faultOf('Type'),
        choices: [
          { value: 'Full', text: 'Full' },
          { value: 'Trial', text: 'Trial: cannot have or authorize Connect Apps' },
        ],
      })}${buttonRow(html`<button>Create the account</button>`, keepIt(back, 'Cancel', false))}</form>`,
    }),
  };
}

interface Act {
  name: 'suspend' | 'activate' | 'close';
  verb: string;
  status: 'active' | 'suspended' | 'closed';
  /** Whether the end of the SID is typed. */
  isTyped: boolean;
}

const ACTS: readonly Act[] = [
  { name: 'suspend', verb: 'Suspend', status: 'suspended', isTyped: true },
  { name: 'activate', verb: 'Activate', status: 'active', isTyped: false },
  { name: 'close', verb: 'Close', status: 'closed', isTyped: true },
];

async function actView(
  context: Context,
  { csrfToken }: OperatorVisit,
  { act, account, typed }: { act: Act; account: Account; typed: Typed | undefined },
): Promise<View> {
  if (account.status === 'closed') {
    throw new Problem('account_closed', 'The account is closed. Nobody can open it again.');
  }
  const here = operatorLink(`accounts/${account.sid}`);
  const consequences = await consequencesOf(context, act, account);
  const button = html`<button${act.name === 'activate' ? '' : html` class="danger"`}>${act.verb} the account</button>`;
  return {
    title: `${act.verb} ${account.friendlyName}`,
    nav: operatorNav('accounts'),
    isCard: true,
    body: dialogCard({
      title: html`${act.verb} ${isolated(account.friendlyName)}?`,
      body: html`${formNotice(typed)}<ul>${consequences.map((one) => html`<li>${one}</li>`)}</ul><form method="post" action="${here}/${act.name}">${csrfField(csrfToken)}${act.isTyped ? lastDigitsField(account, typed) : ''}${buttonRow(button, keepIt(here, 'Keep it', !act.isTyped))}</form>`,
    }),
  };
}

/** Where the end of the account's SID is typed before something that cannot be undone, or that stops programs. */
export function lastDigitsField({ sid }: Account, typed: Typed | undefined): Html {
  return field({
    name: LAST_DIGITS,
    label: 'Type the last 4 characters of its SID',
    hint: html`<code>${sid}</code>`,
    fault: typed?.faultOf(LAST_DIGITS),
    isRequired: true,
    maxLength: 4,
    hasFocus: true,
  });
}

/** Refuses a form without the end of the account's SID. */
export function checkLastDigits({ sid }: Account, form: Parameters): void {
  if ((textOf(form, LAST_DIGITS) ?? '').trim() !== sid.slice(-4)) {
    throw parameterProblem(LAST_DIGITS, `must be the last 4 characters of ${sid}`);
  }
}

async function consequencesOf(
  context: Context,
  { name }: Act,
  account: Account,
): Promise<(Html | string)[]> {
  if (name === 'activate') {
    return ['Its tokens, its people and its apps work again from now on.'];
  }
  const granted = await atMost(listingOfAuthorizedConnectApps(context, account).slice, 'app');
  const own = isSubaccount(account)
    ? []
    : [
        await atMost(
          listingOfAccounts(context, { ownerAccountSid: account.sid }, {}).slice,
          'subaccount',
          // The list begins with the account itself.
          1,
        ),
        await atMost(listingOfConnectApps(context, account.sid).slice, 'Connect App'),
      ];
  const counts = [...own, granted && `the access of ${granted}`].filter(
    (text) => text !== undefined,
  );
  const also = (sentence: string) =>
    counts.length === 0 ? [] : [`${sentence} ${counts.join(', ')}.`];
  return name === 'suspend'
    ? [
        'Its requests, and those of apps that act for it, are refused from now on.',
        ...also('Also affected:'),
        'Its people can still look at everything and remove the access of apps. They can change nothing else.',
        'Nothing is deleted. You can activate it again.',
      ]
    : [
        'A closed account stays closed. Nobody can open it again.',
        ...also('Also ended:'),
        ...(granted === undefined
          ? []
          : ['The owners of the apps that it authorized are told by a signed callback.']),
      ];
}

const MOST_COUNTED = 1000;

/** Counts a list, undefined for none, without reading more of it than anybody wants to know; `less` are not of interest. */
async function atMost(
  slice: (slice: { direction: 'older'; from: undefined; limit: number }) => Promise<unknown[]>,
  one: string,
  less = 0,
): Promise<string | undefined> {
  const rows = await slice({ direction: 'older', from: undefined, limit: MOST_COUNTED + less });
  const number = rows.length - less;
  if (number <= 0) return undefined;
  return number < MOST_COUNTED ? counted(number, one) : `${counted(number, one)} or more`;
}
