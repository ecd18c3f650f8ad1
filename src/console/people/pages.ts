/** The people of an account, and those who are invited to it. */

import { html } from 'hono/html';
import { csrfField, type Html } from '../../pages/layout.ts';
import { isolated } from '../../pages/text.ts';
import { textOf } from '../../parameter.ts';
import {
  invite,
  listInvitations,
  type OpenInvitation,
  withdrawInvitation,
} from '../../users/invitations.ts';
import { joinPath } from '../../users/links.ts';
import { listingOfPeople } from '../../users/people.ts';
import type { Person } from '../../users/user.ts';
import { type AccountVisit, type Console, formNotice, type View } from '../console.ts';
import { readListPage } from '../paging.ts';
import { field } from '../parts/field.ts';
import { buttonRow, dialogCard, empty, keepIt, linkButton, panel } from '../parts/panel.ts';
import { pager, table, tableRow } from '../parts/table.ts';
import { chip, time } from '../parts/text.ts';
import { requireOwner } from '../role.ts';
import { type Typed, typedValue } from '../typed.ts';
import { linkCard, parseRole, roleField, toParent } from './shared.ts';

const PEOPLE = [
  { head: 'E-mail', onPhone: 'whole' },
  { head: 'Role' },
  { head: 'Last sign-in', onPhone: 'labelled' },
  { head: 'Since', onPhone: 'labelled' },
] as const;

const INVITED = [
  { head: 'E-mail', onPhone: 'whole' },
  { head: 'Role' },
  { head: 'Expires', onPhone: 'labelled' },
  { head: 'Action', isTight: true },
] as const;

/** Adds /console/AC…/people, and what invites somebody. */
export function addPeoplePages(console: Console): void {
  const { context, pages } = console;

  console.page('people', async (visit) => toParent(visit, 'people') ?? peopleView(visit));

  console.form('people/invite', {
    fields: ['Email', 'role'],
    page: async (visit, typed) => {
      requireOwner(visit);
      return toParent(visit, 'people/invite') ?? inviteView(visit, typed);
    },
    submit: async (visit, form) => {
      const { invitation, secret } = await invite(visit.actingAsOwner, visit.account.sid, {
        email: textOf(form, 'Email') ?? '',
        role: parseRole(form),
      });
      return linkCard({
        title: html`Pass this link on to ${isolated(invitation.email)}`,
        text: 'The first person to open it joins the account. It works once, for seven days, and is shown only now: this server sends no mail.',
        url: pages.originOf(visit.request) + joinPath(secret),
        back: visit.link('people'),
      });
    },
  });

  console.form('people/invitations/:Sid/withdraw', {
    fields: ['Sid'],
    submit: async (visit, form) => {
      await withdrawInvitation(visit.actingAsOwner, visit.account.sid, textOf(form, 'Sid') ?? '');
      return visit.link('people');
    },
  });

  async function peopleView(visit: AccountVisit): Promise<View> {
    const { account, role, now, query, link } = visit;
    const { scope, slice } = listingOfPeople(context, account.sid);
    const { items, newer, older } = await readListPage({
      keyring: context.keyring,
      scope,
      path: link('people'),
      query,
      slice,
      placeOf: ({ createdAt, sid }) => ({ createdAt, sid }),
    });
    const rows = items.map((person) => personRow(visit, person));
    const list = panel({
      id: 'people',
      body: table({
        label: 'People of this account',
        columns: PEOPLE,
        rows,
        pager: pager({ newer, older, swap: 'people' }),
      }),
    });
    const invitations = role === 'owner' ? await listInvitations(context, account.sid) : [];
    const waiting =
      invitations.length === 0
        ? ''
        : panel({
            title: 'Invited',
            body: table({
              label: 'Invited',
              columns: INVITED,
              rows: invitations.map((one) =>
                tableRow(INVITED, [
                  isolated(one.email),
                  one.role,
                  time(one.expiresAt, now),
                  withdrawForm(visit, one),
                ]),
              ),
            }),
          });
    return {
      title: 'People',
      section: 'people',
      lede:
        role === 'owner'
          ? 'Who acts for this account, and what they may do.'
          : 'Who acts for this account. You are a member: only owners change this list.',
      ...(role === 'owner' && {
        actions: linkButton({ href: link('people/invite'), text: 'Invite…', isDialog: true }),
      }),
      body: html`<div class="stack">${items.length === 0 ? panel({ body: nobody() }) : list}${waiting}</div>`,
    };
  }
}

function nobody(): Html {
  return empty({
    title: 'Nobody on this page',
    text: 'The people who were here have been removed.',
  });
}

function personRow({ link, now, session }: AccountVisit, person: Person): Html {
  const { sid, email, role, lastSignInAt, createdAt, disabledAt } = person;
  const isSelf = sid === session.user.sid;
  return tableRow(PEOPLE, [
    html`<a href="${link(`people/${sid}`)}">${isolated(email)}</a>${isSelf ? html` <span class="quiet">you</span>` : ''}`,
    html`${role}${disabledAt === null ? '' : html` ${chip('warn', 'disabled')}`}`,
    lastSignInAt === null ? 'never' : time(lastSignInAt, now),
    createdAt === 0 ? 'the beginning' : time(createdAt, now),
  ]);
}

function withdrawForm(
  { link, csrfToken }: AccountVisit,
  { sid, email }: OpenInvitation['invitation'],
): Html {
  return html`<form method="post" action="${link(`people/invitations/${sid}/withdraw`)}">${csrfField(csrfToken)}<input type="hidden" name="Sid" value="${sid}"><button class="small" aria-label="Withdraw the invitation of ${email}">Withdraw</button></form>`;
}

function inviteView({ link, csrfToken, signIn }: AccountVisit, typed: Typed | undefined): View {
  return {
    title: 'Invite somebody',
    section: 'people',
    isCard: true,
    body: dialogCard({
      title: 'Invite somebody',
      body: html`${formNotice(typed)}<p>You get a link to pass on. Whoever opens it signs in${signIn.hasPasswords ? ' or chooses a password' : ''}.</p>
<form method="post" action="${link('people/invite')}">${csrfField(csrfToken)}
${field({
  name: 'Email',
  label: 'E-mail',
  type: 'email',
  value: typedValue(typed, 'Email', ''),
  fault: typed?.faultOf('Email'),
  isRequired: true,
  maxLength: 254,
  hasFocus: true,
})}
${roleField(typedValue(typed, 'role', 'member'))}
${buttonRow(html`<button>Create the link</button>`, keepIt(link('people'), 'Cancel', false))}
</form>`,
    }),
  };
}
