/**
 * What operators give to a user and take away: the operator's role, one account, and everything. A stolen session must
 * not do it, so each form asks who it is once more.
 */

import { html } from 'hono/html';
import type { Context } from '../../context.ts';
import { pathParameter } from '../../http/request.ts';
import { csrfField, type Html } from '../../pages/layout.ts';
import { isolated } from '../../pages/text.ts';
import { deleteUser } from '../../users/operations.ts';
import { getUserWithAccounts, setOperator } from '../../users/operators.ts';
import { removePerson } from '../../users/people.ts';
import type { User } from '../../users/user.ts';
import {
  confirmation,
  PASSWORD,
  type Refusal,
  refuse,
  refuseUnconfirmed,
} from '../account/confirm.ts';
import { type Console, formNotice, type OperatorVisit, type View } from '../console.ts';
import { buttonRow, dialogCard, keepIt } from '../parts/panel.ts';
import { operatorLink, operatorNav } from './nav.ts';
import { ONE } from './users.ts';

interface Act {
  /** The path, after the user's. */
  name: string;
  title(email: Html): Html;
  button: string;
  isDanger: boolean;
  consequences: readonly string[];
  run(context: Context, user: User, visit: OperatorVisit): Promise<unknown>;
  /** Whether the user is gone then. */
  isLast?: boolean;
}

const ACTS: readonly Act[] = [
  {
    name: 'make-operator',
    title: (email) => html`Make ${email} an operator?`,
    button: 'Make them an operator',
    isDanger: false,
    consequences: [
      'They can see and change every account and user on this server.',
      'A link to reset their password stops working.',
    ],
    run: (context, { email }) => setOperator(context, email, true),
  },
  {
    name: 'end-operator',
    title: (email) => html`Remove the operator role of ${email}?`,
    button: 'Remove the role',
    isDanger: true,
    consequences: [
      'They can no longer open the operator pages.',
      'They keep their accounts and can still sign in.',
    ],
    run: (context, { email }) => setOperator(context, email, false),
  },
  {
    name: 'accounts/:AccountSid(^AC[0-9a-f]{32}$)/remove',
    title: (email) => html`Remove ${email} from this account?`,
    button: 'Remove from the account',
    isDanger: true,
    consequences: [
      'They can no longer act for this account and its subaccounts.',
      'Their sessions end now, in every browser.',
      'The account keeps what they created.',
    ],
    run: (context, { sid: userSid }, { request }) =>
      removePerson(context, { accountSid: pathParameter(request, 'AccountSid'), userSid }),
  },
  {
    name: 'delete',
    title: (email) => html`Delete ${email}?`,
    button: 'Delete the user',
    isDanger: true,
    consequences: [
      'Their sessions end now, and they leave every account. You cannot undo this.',
      'The accounts keep what they created. Audit trails show their SID instead of their address.',
      'An account that has no other owner is left without one.',
    ],
    run: (context, { email }) => deleteUser(context, email),
    isLast: true,
  },
];

interface Question {
  act: Act;
  user: User;
  refusal?: Refusal;
  fault?: Html | string;
}

/** Adds the forms. */
export function addOperatorUserRights(console: Console): void {
  const find = async ({ request }: OperatorVisit) => {
    const sid = pathParameter(request, 'UserSid');
    return (await getUserWithAccounts(console.context, sid)).user;
  };
  for (const act of ACTS) {
    console.operatorForm(`${ONE}/${act.name}`, {
      fields: [PASSWORD],
      options: { config: { waitsForSemaphore: true } },
      page: async (visit, typed) =>
        questionView(visit, { act, user: await find(visit), fault: formNotice(typed) }),
      async submit(visit, form) {
        const user = await find(visit);
        const refusal = await refuseUnconfirmed(console, visit, form);
        if (refusal !== undefined) {
          return refuse(visit, refusal, questionView(visit, { act, user, refusal }));
        }
        await act.run(visit.acting, user, visit);
        return operatorLink(act.isLast ? 'users' : `users/${user.sid}`);
      },
    });
  }
}

function questionView(visit: OperatorVisit, { act, user, refusal, fault = '' }: Question): View {
  const { csrfToken, request } = visit;
  const [action = ''] = request.originalUrl.split('?');
  const button = html`<button${act.isDanger ? html` class="danger"` : ''}>${act.button}</button>`;
  return {
    title: act.button,
    nav: operatorNav('users'),
    isCard: true,
    body: dialogCard({
      title: act.title(isolated(user.email)),
      body: html`${fault}<ul>${act.consequences.map((one) => html`<li>${one}</li>`)}</ul><form method="post" action="${action}">${csrfField(csrfToken)}${confirmation(visit, refusal)}${buttonRow(button, keepIt(operatorLink(`users/${user.sid}`), 'Cancel', false))}</form>`,
    }),
  };
}
