/** The page of one app: what it is, its button, and the link that asks a customer. */

import { html } from 'hono/html';
import { countAuthorizationsOfApp } from '../../authorizations/app-operations.ts';
import {
  type ConnectApp,
  PROPERTIES,
  PROPERTY_NAMES,
  type PropertyName,
} from '../../connect-apps/connect-app.ts';
import { getConnectApp } from '../../connect-apps/operations.ts';
import { pathParameter } from '../../http/request.ts';
import { BUTTON_PATH, buttonHtml } from '../../pages/art.ts';
import type { Html } from '../../pages/layout.ts';
import { isolated, paragraph } from '../../pages/text.ts';
import { textOf } from '../../parameter.ts';
import type { AccountVisit, Console } from '../console.ts';
import { field } from '../parts/field.ts';
import { codeSample } from '../parts/lists.ts';
import { definitionList, linkButton, panel } from '../parts/panel.ts';
import { fullTime } from '../parts/text.ts';
import { appHead, countedUp, permissionTags } from './app-link.ts';
import { labelOf } from './form.ts';
import { readinessPanel } from './readiness.ts';

const LINK_PART = 'authorize-link';

/** Adds /console/AC…/apps/CN…. */
export function addAppPage(console: Console): void {
  const { context, pages } = console;
  console.page('apps/:Sid', async (visit) => {
    const { account, role, request, link } = visit;
    const app = await getConnectApp(context, account.sid, pathParameter(request, 'Sid'));
    const authorized = await countAuthorizationsOfApp(context, app.sid);
    const origin = pages.originOf(request);
    return {
      ...appHead(visit, app, ''),
      actions: html`${linkButton({ href: link(`apps/${app.sid}/edit`), text: 'Edit' })}${
        role === 'owner'
          ? linkButton({
              href: link(`apps/${app.sid}/delete`),
              text: 'Delete…',
              kind: 'danger',
              isDialog: true,
            })
          : ''
      }`,
      body: html`<div class="two"><div class="stack">${panel({
        title: 'Properties',
        isPadded: true,
        body: definitionList([
          ...PROPERTY_NAMES.map(
            (name) => [labelOf(PROPERTIES[name].parameter), shownValue(app, name)] as const,
          ),
          [
            'Authorized by',
            html`<a href="${link(`apps/${app.sid}/authorizations`)}">${countedUp(authorized)} ${authorized === 1 ? 'account' : 'accounts'}</a>`,
          ],
          ['Created', fullTime(app.createdAt, visit.now)],
        ]),
      })}${authorizeLink(visit, app, origin)}</div><div class="stack">${await readinessPanel(visit, context.database.query, app.sid)}${button(app, origin)}</div></div>`,
    };
  });
}

function shownValue(app: ConnectApp, name: PropertyName): Html | string {
  const value = app[name];
  if (value === null || value === '') return html`<span class="quiet">not set</span>`;
  if (typeof value !== 'string') return permissionTags(value);
  const { values } = PROPERTIES[name].rule;
  if (values.type === 'string' && values.format === 'multiline') return paragraph(value);
  if (values.type === 'string' && values.format === 'uri')
    return html`<code>${isolated(value)}</code>`;
  return isolated(value);
}

function authorizeLink({ link, query }: AccountVisit, app: ConnectApp, origin: string): Html {
  const state = (textOf(query, 'state') ?? '').slice(0, 1000);
  const suffix = state === '' ? '' : `?state=${encodeURIComponent(state.toWellFormed())}`;
  const url = `${origin}/authorize/${app.sid}${suffix}`;
  const isAskable = app.authorizeRedirectUrl !== null;
  return panel({
    title: 'Authorize link',
    isPadded: true,
    body: html`<p>${
      isAskable
        ? 'Send a customer here. After Allow or Deny, the customer returns to your Authorize URL.'
        : html`Nobody can authorize the app yet. <a href="${link(`apps/${app.sid}/edit`)}">Set the Authorize URL</a> first.`
    }</p>
<form method="get" action="${link(`apps/${app.sid}`)}" data-live="${LINK_PART}">${field({
      name: 'state',
      label: 'State',
      value: state,
      maxLength: 1000,
      hint: 'Returned to you unchanged, so that you know which customer answered.',
    })}<button class="second">Add to the link</button></form>
<div id="${LINK_PART}" class="stack">${codeSample({ id: 'link', code: url, what: 'the link', isWrapped: true })}${
      isAskable
        ? html`<div class="row">${linkButton({ href: `/authorize/${app.sid}${suffix}`, text: 'Open the consent page', kind: 'second' })}</div>`
        : ''
    }</div>`,
  });
}

function button(app: ConnectApp, origin: string): Html {
  return panel({
    title: 'Connect button',
    isPadded: true,
    body: html`<p><img src="${BUTTON_PATH}" width="148" height="40" alt="Connect"></p>
${codeSample({ id: 'button', code: buttonHtml(origin, app.sid), what: 'the HTML of the button', isWrapped: true })}`,
  });
}
