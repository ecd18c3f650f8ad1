/** What operators do with a user: create, make a link to reset the password, disable and enable. */

import { html } from 'hono/html';
import { pathParameter } from '../../http/request.ts';
import { csrfField } from '../../pages/layout.ts';
import { isolated } from '../../pages/text.ts';
import { checkChoice, textOf } from '../../parameter.ts';
import { resetPath } from '../../users/links.ts';
import { createUserWithLink, getUserWithAccounts, setDisabled } from '../../users/operators.ts';
import { createReset } from '../../users/password-change.ts';
import { ROLES, type User } from '../../users/user.ts';
import { type Console, formNotice, type OperatorVisit, type View } from '../console.ts';
import { field } from '../parts/field.ts';
import { buttonRow, dialogCard, keepIt } from '../parts/panel.ts';
import { linkCard, roleField } from '../people/shared.ts';
import type { Typed } from '../typed.ts';
import { operatorLink, operatorNav } from './nav.ts';
import { ONE } from './users.ts';

const PASS_ON =
  'The first person to open it sets the password. It works once, for seven days, and is shown only now: this server sends no mail.';

/** Adds the forms. */
export function addOperatorUserForms(console: Console): void {
  const { context, pages } = console;
  console.operatorForm('users/new', {
    fields: ['Email', 'AccountSid', 'role'],
    page: async (visit, typed) => newView(visit, typed),
    async submit({ acting, request }, form) {
      const { user, secret } = await createUserWithLink(acting, {
        email: textOf(form, 'Email') ?? '',
        accountSid: (textOf(form, 'AccountSid') ?? '').trim(),
        role: checkChoice('role', ROLES, textOf(form, 'role') ?? ''),
      });
      return passOn(user, pages.originOf(request) + resetPath(secret));
    },
  });

  const acts = [
    {
      name: 'reset',
      title: 'Reset the password of',
      button: 'Make the link',
      consequences: [
        'You get a link to pass on. It works once, for seven days.',
        'The old password works until somebody sets a new one with it.',
      ],
    },
    {
      name: 'disable',
      title: 'Disable',
      button: 'Disable the user',
      consequences: [
        'Every session ends now, and nobody can sign in as this user, with no account.',
        'What the user made stays. You can enable the user again.',
      ],
    },
    {
      name: 'enable',
      title: 'Enable',
      button: 'Enable the user',
      consequences: ['The user can sign in again, for the same accounts as before.'],
    },
  ] as const;
  for (const act of acts) {
    console.operatorForm(`${ONE}/${act.name}`, {
      fields: [],
      async page({ request, csrfToken }, typed) {
        const { user } = await getUserWithAccounts(context, pathParameter(request, 'UserSid'));
        const here = operatorLink(`users/${user.sid}`);
        const button = html`<button${act.name === 'disable' ? html` class="danger"` : ''}>${act.button}</button>`;
        return {
          title: act.button,
          nav: operatorNav('users'),
          isCard: true,
          body: dialogCard({
            title: html`${act.title} ${isolated(user.email)}?`,
            body: html`${formNotice(typed)}<ul>${act.consequences.map((one) => html`<li>${one}</li>`)}</ul><form method="post" action="${here}/${act.name}">${csrfField(csrfToken)}${buttonRow(button, keepIt(here))}</form>`,
          }),
        };
      },
      async submit({ acting, request }) {
        const { user } = await getUserWithAccounts(context, pathParameter(request, 'UserSid'));
        if (act.name === 'reset') {
          const secret = await createReset(acting, user.email);
          return passOn(user, pages.originOf(request) + resetPath(secret));
        }
        await setDisabled(acting, user.sid, act.name === 'disable');
        return operatorLink(`users/${user.sid}`);
      },
    });
  }
}

function passOn(user: User, url: string): View {
  const card = linkCard({
    title: html`Pass this link on to ${isolated(user.email)}`,
    text: PASS_ON,
    url,
    back: operatorLink(`users/${user.sid}`),
  });
  return { ...card, nav: operatorNav('users') };
}

function newView({ csrfToken, query }: OperatorVisit, typed: Typed | undefined): View {
  const typedText = (name: string) => typed && textOf(typed.form, name);
  return {
    title: 'Create a user',
    nav: operatorNav('users'),
    isCard: true,
    body: dialogCard({
      title: 'Create a user',
      body: html`${formNotice(typed)}<form method="post" action="${operatorLink('users/new')}">${csrfField(csrfToken)}${field(
        {
          name: 'Email',
          label: 'E-mail',
          type: 'email',
          value: typedText('Email'),
          fault: typed?.faultOf('Email'),
          isRequired: true,
          hasFocus: true,
        },
      )}${field({
        name: 'AccountSid',
        label: 'Account',
        value: typedText('AccountSid') ?? textOf(query, 'account'),
        hint: 'The SID of a parent account: its people also act for its subaccounts.',
        fault: typed?.faultOf('AccountSid'),
        isRequired: true,
        maxLength: 34,
      })}${roleField(typedText('role') ?? 'owner')}${buttonRow(html`<button>Create and make a link</button>`, keepIt(operatorLink('users'), 'Cancel', false))}</form>`,
    }),
  };
}
