/** One's own sign-in: the password, the sessions, and how the console looks. */

import { html } from 'hono/html';
import { csrfField, type Html } from '../../pages/layout.ts';
import { checkChoice, parameterProblem, textOf } from '../../parameter.ts';
import { Problem } from '../../problem.ts';
import { setOwnPassword } from '../../users/password-change.ts';
import { explainRefusal, openSession, tryOf } from '../../users/routes.ts';
import { actingForSelf } from '../../users/session.ts';
import {
  endOwnSession,
  endOwnSessions,
  listOwnSessions,
  type OwnSession,
} from '../../users/session-list.ts';
import { trySignIn } from '../../users/sign-in.ts';
import type { SignInLimits } from '../../users/sign-in-limits.ts';
import {
  COOKIE_MS,
  type Console,
  formNotice,
  THEME_COOKIE,
  type View,
  type Visit,
} from '../console.ts';
import { choiceField, field } from '../parts/field.ts';
import { buttonRow, notice, panel } from '../parts/panel.ts';
import { table, tableRow } from '../parts/table.ts';
import { time } from '../parts/text.ts';
import type { Typed } from '../typed.ts';

const SESSIONS = [
  { head: 'Browser', onPhone: 'whole' },
  { head: 'From' },
  { head: 'Signed in', onPhone: 'labelled' },
  { head: 'Ends', onPhone: 'labelled' },
  { head: 'Action', isTight: true },
] as const;

/** Adds /console/me and its forms. */
export function addMePages(console: Console, limits: SignInLimits): void {
  const { context, pages } = console;

  console.personForm('/console/me', {
    fields: ['CurrentPassword', 'Password'],
    options: { config: { waitsForSemaphore: true } },
    page: (visit, typed) => meView(visit, typed),
    submit: async (visit, form) => {
      const { request, reply, session, signIn } = visit;
      if (!signIn.isByPassword) throw new Problem('not_found');
      const { email } = session.user;
      const current = textOf(form, 'CurrentPassword') ?? '';
      const result = await trySignIn(context, limits, tryOf(pages, request, email, current));
      if ('refusal' in result) {
        if (result.refusal === 'wrong') throw parameterProblem('CurrentPassword', 'is wrong');
        throw new Problem('parameter_invalid', explainRefusal(result).notice);
      }
      const acting = actingForSelf(context, pages.visitOf(request));
      const user = await setOwnPassword(acting, result.user.sid, textOf(form, 'Password') ?? '');
      await openSession(pages, context, request, reply, user);
      return '/console/me?done=password';
    },
  });

  console.personForm('/console/me/sessions/end', {
    fields: ['session'],
    submit: async ({ request, session }, form) => {
      const acting = actingForSelf(context, pages.visitOf(request));
      await endOwnSession(acting, session.user.sid, textOf(form, 'session') ?? '');
      return '/console/me';
    },
  });

  console.personForm('/console/me/sign-out-everywhere', {
    fields: [],
    submit: async ({ request, reply, session }) => {
      const acting = actingForSelf(context, pages.visitOf(request));
      await endOwnSessions(acting, session.user.sid);
      pages.setSession(request, reply, undefined);
      return '/sign-in';
    },
  });

  console.personForm('/console/me/theme', {
    fields: ['theme'],
    submit: async ({ request, reply }, form) => {
      const value = checkChoice('theme', THEMES, textOf(form, 'theme') ?? '');
      pages.setCookie(request, reply, { name: THEME_COOKIE, value, maxAgeMs: COOKIE_MS });
      return '/console/me';
    },
  });

  async function meView(visit: Visit, typed: Typed | undefined): Promise<View> {
    const { session, query } = visit;
    const sessions = await listOwnSessions(context, session.user.sid);
    const isDone = textOf(query, 'done') === 'password' && typed === undefined;
    return {
      title: 'Your sign-in',
      lede: session.user.email,
      body: html`<div class="stack">${isDone ? notice('ok', 'Your password has been changed, and your other sessions have ended.') : ''}${visit.signIn.isByPassword ? passwordPanel(visit, typed) : ''}${sessionsPanel(visit, sessions)}${themePanel(visit, pages.cookieOf(visit.request, THEME_COOKIE))}</div>`,
    };
  }
}

function passwordPanel({ csrfToken, session }: Visit, typed: Typed | undefined): Html {
  return panel({
    title: 'Password',
    isPadded: true,
    body: html`${formNotice(typed)}
<form method="post" action="/console/me">${csrfField(csrfToken)}
<input type="email" name="username" value="${session.user.email}" autocomplete="username" hidden>
${field({
  name: 'CurrentPassword',
  label: 'Current password',
  type: 'password',
  autocomplete: 'current-password',
  fault: typed?.faultOf('CurrentPassword'),
  isRequired: true,
})}
${field({
  name: 'Password',
  label: 'New password',
  type: 'password',
  autocomplete: 'new-password',
  hint: 'At least 12 characters. Changing it ends your other sessions.',
  fault: typed?.faultOf('Password'),
  isRequired: true,
})}
${buttonRow(html`<button>Change the password</button>`)}
</form>`,
  });
}

const THEMES = ['system', 'light', 'dark'] as const;

function themePanel({ csrfToken }: Visit, theme: string | undefined): Html {
  return panel({
    title: 'Theme',
    isPadded: true,
    body: html`<form method="post" action="/console/me/theme">${csrfField(csrfToken)}${choiceField({
      name: 'theme',
      label: 'Colours',
      isSingle: true,
      values: [THEMES.find((one) => one === theme) ?? 'system'],
      choices: [
        { value: 'system', text: 'Same as the system' },
        { value: 'light', text: 'Light' },
        { value: 'dark', text: 'Dark' },
      ],
    })}${buttonRow(html`<button class="second">Save the theme</button>`)}</form>`,
  });
}

function sessionsPanel({ csrfToken, session, now }: Visit, sessions: readonly OwnSession[]): Html {
  const rows = sessions.map(({ digest, browser, address, startedAt, endsAt }) => {
    const name = browser ?? 'A browser';
    return tableRow(SESSIONS, [
      html`${name}${digest === session.digest ? html` <span class="quiet">this one</span>` : ''}`,
      address ?? html`<span class="quiet">–</span>`,
      time(startedAt, now),
      time(endsAt, now),
      digest === session.digest
        ? ''
        : html`<form method="post" action="/console/me/sessions/end">${csrfField(csrfToken)}<input type="hidden" name="session" value="${digest}"><button class="small" aria-label="Sign out ${name}">Sign out</button></form>`,
    ]);
  });
  return panel({
    title: 'Sessions',
    actions: html`<form method="post" action="/console/me/sign-out-everywhere">${csrfField(csrfToken)}<button class="second">Sign out everywhere</button></form>`,
    body: table({ label: 'Sessions', columns: SESSIONS, rows }),
  });
}
