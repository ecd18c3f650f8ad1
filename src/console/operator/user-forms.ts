/** What operators do with users: invite, make a link to reset the password, disable and enable. */

import { html } from 'hono/html';
import { pathParameter } from '../../http/request.ts';
import { csrfField } from '../../pages/layout.ts';
import { isolated } from '../../pages/text.ts';
import { textOf } from '../../parameter.ts';
import { joinPath, resetPath } from '../../users/links.ts';
import { getUserWithAccounts, inviteToAny, setDisabled } from '../../users/operators.ts';
import { createReset } from '../../users/password-change.ts';
import { type Console, formNotice, type OperatorVisit, type View } from '../console.ts';
import { field } from '../parts/field.ts';
import { buttonRow, dialogCard, keepIt } from '../parts/panel.ts';
import { linkCard, parseRole, roleField } from '../people/shared.ts';
import type { Typed } from '../typed.ts';
import { operatorLink, operatorNav } from './nav.ts';
import { ONE } from './users.ts';

const ONCE = 'It works once, for seven days, and is shown only now: this server sends no mail.';

/** Adds the forms. */
export function addOperatorUserForms(console: Console): void {
  const { context, pages } = console;
  console.operatorForm('users/invite', {
    fields: ['Email', 'AccountSid', 'role'],
    page: async (visit, typed) => inviteView(visit, typed),
    async submit({ acting, request }, form) {
      const { invitation, secret } = await inviteToAny(acting, {
        email: textOf(form, 'Email') ?? '',
        accountSid: (textOf(form, 'AccountSid') ?? '').trim(),
        role: parseRole(form),
      });
      return passOn(invitation.email, {
        text: `The first person to open it joins the account. ${ONCE}`,
        url: pages.originOf(request) + joinPath(secret),
        back: operatorLink(`accounts/${invitation.accountSid}`),
      });
    },
  });

  const acts = [
    {
      name: 'reset',
      title: 'Reset the password of',
      button: 'Create the link',
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
        'Their sessions end now, and they cannot sign in to any account.',
        'What they created stays. You can enable them again.',
      ],
    },
    {
      name: 'enable',
      title: 'Enable',
      button: 'Enable the user',
      consequences: ['They can sign in again, to the same accounts as before.'],
    },
  ] as const;
  for (const act of acts) {
    if (act.name === 'reset' && !pages.signIn.hasPasswords) continue;
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
            body: html`${formNotice(typed)}<ul>${act.consequences.map((one) => html`<li>${one}</li>`)}</ul><form method="post" action="${here}/${act.name}">${csrfField(csrfToken)}${buttonRow(button, keepIt(here, 'Cancel'))}</form>`,
          }),
        };
      },
      async submit({ acting, request }) {
        const { user } = await getUserWithAccounts(context, pathParameter(request, 'UserSid'));
        if (act.name === 'reset') {
          const secret = await createReset(acting, user.email);
          return passOn(user.email, {
            text: `The first person to open it sets the password. ${ONCE}`,
            url: pages.originOf(request) + resetPath(secret),
            back: operatorLink(`users/${user.sid}`),
          });
        }
        await setDisabled(acting, user.sid, act.name === 'disable');
        return operatorLink(`users/${user.sid}`);
      },
    });
  }
}

function passOn(email: string, link: { text: string; url: string; back: string }): View {
  const title = html`Pass this link on to ${isolated(email)}`;
  return { ...linkCard({ title, ...link }), nav: operatorNav('users') };
}

function inviteView({ csrfToken, query }: OperatorVisit, typed: Typed | undefined): View {
  const typedText = (name: string) => typed && textOf(typed.form, name);
  return {
    title: 'Invite a user',
    nav: operatorNav('users'),
    isCard: true,
    body: dialogCard({
      title: 'Invite a user',
      body: html`${formNotice(typed)}<form method="post" action="${operatorLink('users/invite')}">${csrfField(csrfToken)}${field(
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
      })}${roleField(typedText('role') ?? 'owner')}${buttonRow(html`<button>Create the link</button>`, keepIt(operatorLink('users'), 'Cancel', false))}</form>`,
    }),
  };
}
