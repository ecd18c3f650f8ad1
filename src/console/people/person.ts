/** One person of an account: role, reset, disable, remove. */

import { html } from 'hono/html';
import { pathParameter } from '../../http/request.ts';
import { csrfField, type Html } from '../../pages/layout.ts';
import { isolated } from '../../pages/text.ts';
import { parseSid } from '../../sid.ts';
import { resetPath } from '../../users/links.ts';
import { createResetFor } from '../../users/password-change.ts';
import {
  changeRole,
  disablePerson,
  enablePerson,
  getPerson,
  removePerson,
} from '../../users/people.ts';
import type { Person } from '../../users/user.ts';
import {
  type AccountVisit,
  type Console,
  type FormSpec,
  formNotice,
  type View,
} from '../console.ts';
import { breadcrumb } from '../parts/page-head.ts';
import {
  buttonRow,
  definitionList,
  dialogCard,
  keepIt,
  linkButton,
  panel,
} from '../parts/panel.ts';
import { chip, fullTime, sid, time } from '../parts/text.ts';
import { requireOwner } from '../role.ts';
import { linkCard, parseRole, roleField, toParent } from './shared.ts';

/** What a question shows. */
interface Card {
  title: Html;
  text: Html;
  button: Html;
  wayOut: string;
}

/** Adds /console/AC…/people/US…, and a form for each thing that an owner can do with a person. */
export function addPersonPages(console: Console): void {
  const { context, pages } = console;

  function personOf({ request, account }: AccountVisit): Promise<Person> {
    const userSid = parseSid('US', pathParameter(request, 'UserSid')) ?? '';
    return getPerson(context, account.sid, userSid);
  }
  const keyOf = ({ account }: AccountVisit, { sid: userSid }: Person) => ({
    accountSid: account.sid,
    userSid,
  });

  console.page('people/:UserSid', async (visit) => {
    const parent = toParent(visit, 'people');
    return parent ?? personView(visit, await personOf(visit));
  });

  /** A card that asks, and what is done when its button is pressed. */
  function asking(
    name: string,
    card: (visit: AccountVisit, person: Person) => Card,
    work: (visit: AccountVisit, person: Person) => Promise<string>,
  ): FormSpec<AccountVisit> {
    return {
      fields: [],
      page: async (visit, typed) => {
        requireOwner(visit);
        const person = await personOf(visit);
        const { title, text, button, wayOut } = card(visit, person);
        const here = visit.link(`people/${person.sid}`);
        return {
          title: 'People',
          section: 'people',
          isCard: true,
          body: dialogCard({
            title,
            body: html`${formNotice(typed)}${text}<form method="post" action="${here}/${name}">${csrfField(visit.csrfToken)}${buttonRow(button, keepIt(here, wayOut))}</form>`,
          }),
        };
      },
      submit: async (visit) => work(visit, await personOf(visit)),
    };
  }

  console.form(
    'people/:UserSid/remove',
    asking(
      'remove',
      (visit, { sid: userSid, email }) => ({
        title: html`Remove ${isolated(email)}?`,
        text: html`<ul><li>${userSid === visit.session.user.sid ? 'You' : 'They'} can no longer act for ${isolated(visit.account.friendlyName)}.</li><li>Their sessions end now, in every browser.</li><li>What they did stays in the audit trail.</li></ul>`,
        button: html`<button class="danger">Remove from the account</button>`,
        wayOut: 'Keep them',
      }),
      async (visit, person) => {
        await removePerson(visit.actingAsOwner, keyOf(visit, person));
        return visit.link('people');
      },
    ),
  );

  console.form(
    'people/:UserSid/disable',
    asking(
      'disable',
      (visit, { email }) => ({
        title: html`Disable ${isolated(email)}?`,
        text: html`<ul><li>They cannot act for ${isolated(visit.account.friendlyName)} until an owner enables them again.</li><li>Their sessions end now, in every browser.</li></ul>`,
        button: html`<button class="danger">Disable</button>`,
        wayOut: 'Keep them',
      }),
      async (visit, person) => {
        await disablePerson(visit.actingAsOwner, keyOf(visit, person));
        return visit.link(`people/${person.sid}`);
      },
    ),
  );

  console.form(
    'people/:UserSid/enable',
    asking(
      'enable',
      (visit, { email }) => ({
        title: html`Enable ${isolated(email)}?`,
        text: html`<p>They can act for ${isolated(visit.account.friendlyName)} again, and sign in as before.</p>`,
        button: html`<button>Enable</button>`,
        wayOut: 'Cancel',
      }),
      async (visit, person) => {
        await enablePerson(visit.actingAsOwner, keyOf(visit, person));
        return visit.link(`people/${person.sid}`);
      },
    ),
  );

  console.form('people/:UserSid/role', {
    fields: ['role'],
    page: async (visit, typed) => {
      requireOwner(visit);
      const { sid: userSid, email, role } = await personOf(visit);
      const here = visit.link(`people/${userSid}`);
      return {
        title: 'People',
        section: 'people',
        isCard: true,
        body: dialogCard({
          title: html`What may ${isolated(email)} do?`,
          body: html`${formNotice(typed)}<form method="post" action="${here}/role">${csrfField(visit.csrfToken)}${roleField(role)}${buttonRow(html`<button>Change the role</button>`, keepIt(here, 'Cancel'))}</form>`,
        }),
      };
    },
    submit: async (visit, form) => {
      const person = await personOf(visit);
      await changeRole(visit.actingAsOwner, keyOf(visit, person), parseRole(form));
      return visit.link(`people/${person.sid}`);
    },
  });

  if (!pages.signIn.hasPasswords) return;
  console.form('people/:UserSid/reset-password', {
    fields: [],
    page: async (visit) => {
      requireOwner(visit);
      const { sid: userSid, email } = await personOf(visit);
      const here = visit.link(`people/${userSid}`);
      return {
        title: 'People',
        section: 'people',
        isCard: true,
        body: dialogCard({
          title: html`Reset the password of ${isolated(email)}?`,
          body: html`<ul><li>You get a link to pass on. It works once, for seven days.</li><li>The old password works until somebody sets a new one with it.</li><li>An earlier link stops working.</li></ul><form method="post" action="${here}/reset-password">${csrfField(visit.csrfToken)}${buttonRow(html`<button>Create the link</button>`, keepIt(here, 'Cancel'))}</form>`,
        }),
      };
    },
    submit: async (visit) => {
      const { sid: userSid, email } = await personOf(visit);
      const secret = await createResetFor(visit.actingAsOwner, visit.account.sid, userSid);
      return linkCard({
        title: html`Pass this link on to ${isolated(email)}`,
        text: 'The first person to open it sets the password. It works once, for seven days, and is shown only now: this server sends no mail.',
        url: pages.originOf(visit.request) + resetPath(secret),
        back: visit.link(`people/${userSid}`),
      });
    },
  });
}

function personView(visit: AccountVisit, person: Person): View {
  const { link, now, role, session, signIn } = visit;
  const { sid: userSid, email, disabledAt, createdAt, lastSignInAt } = person;
  const action = (name: string, text: string, kind: 'second' | 'danger' = 'second') =>
    linkButton({ href: link(`people/${userSid}/${name}`), text, kind, isDialog: true });
  const isSelf = userSid === session.user.sid;
  return {
    title: email,
    heading: isolated(email),
    section: 'people',
    lede: breadcrumb(link('people'), 'People', sid(userSid)),
    ...(role === 'owner' && {
      actions: buttonRow(
        action('role', 'Change the role…'),
        isSelf || !signIn.hasPasswords ? '' : action('reset-password', 'Reset the password…'),
        disabledAt === null ? action('disable', 'Disable…') : action('enable', 'Enable…'),
        action('remove', 'Remove…', 'danger'),
      ),
    }),
    body: panel({
      isPadded: true,
      body: definitionList([
        ['Role', person.role],
        [
          'Status',
          disabledAt === null
            ? 'can act for this account'
            : html`${chip('warn', 'disabled')} ${time(disabledAt, now)}`,
        ],
        ['Last sign-in', lastSignInAt === null ? 'never' : fullTime(lastSignInAt, now)],
        ['Added', createdAt === 0 ? 'when the account was created' : fullTime(createdAt, now)],
        [
          'Activity',
          html`<a href="${link(`audit?Who=${userSid}`)}">Their changes in the audit trail</a>`,
        ],
      ]),
    }),
  };
}
