/** What the pages of people share. */

import type { FastifyReply } from 'fastify';
import { html } from 'hono/html';
import { isSubaccount } from '../../accounts/account.ts';
import type { Html } from '../../pages/layout.ts';
import { checkChoice, type Parameters, textOf } from '../../parameter.ts';
import { ROLES, type Role } from '../../users/user.ts';
import type { AccountVisit, View } from '../console.ts';
import { choiceField } from '../parts/field.ts';
import { dialogCard, keepIt } from '../parts/panel.ts';
import { copyButton } from '../parts/text.ts';

/** A subaccount has neither people nor a trail of its own: those of its parent are shown. */
export function toParent(visit: AccountVisit, rest: string): FastifyReply | undefined {
  const { account, reply } = visit;
  if (!isSubaccount(account)) return undefined;
  return reply.redirect(`/console/${account.ownerAccountSid}/${rest}`, 302);
}

/** The role that a form names. */
export function parseRole(form: Parameters): Role {
  return checkChoice('role', ROLES, textOf(form, 'role') ?? '');
}

/** The choice of a role. */
export function roleField(value: string): Html {
  return choiceField({
    name: 'role',
    label: 'Role',
    values: [value],
    isSingle: true,
    choices: [
      {
        value: 'member',
        text: 'Member',
        hint: 'Creates and changes apps, and sees requests and callbacks.',
      },
      {
        value: 'owner',
        text: 'Owner',
        hint: 'Also deletes apps, manages Auth Tokens and API keys, and changes the account and its people.',
      },
    ],
  });
}

/** The page that shows a link once. */
export function linkCard(options: { title: Html; text: string; url: string; back: string }): View {
  const { title, text, url, back } = options;
  return {
    title: 'A link to pass on',
    section: 'people',
    isCard: true,
    hasSecret: true,
    body: dialogCard({
      title,
      body: html`<p>${text}</p><div class="field"><label for="link">Link</label><input id="link" type="text" value="${url}" readonly></div><div class="row">${copyButton({ value: url, what: 'the link', isAction: true })}${keepIt(back, 'Done', false)}</div>`,
    }),
  };
}
