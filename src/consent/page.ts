/** The consent page: who asks, for which account, and what each permission means in plain words. */

import { html } from 'hono/html';
import { consentLink, type LinkParameters } from '../authorizations/redirect.ts';
import type { ConnectApp } from '../connect-apps/connect-app.ts';
import { uploadedLogoOf } from '../connect-apps/logo.ts';
import { PERMISSION_MEANINGS, type Permission } from '../connect-apps/permissions.ts';
import { cardPage, csrfField, type Html, type Page } from '../pages/layout.ts';
import type { DemoPerson } from '../pages/pages.ts';
import { isolated, paragraph, plainText, visibleOr } from '../pages/text.ts';
import { demoButtons, signOutFoot } from '../users/page.ts';
import type { Consent, Customer } from './consent.ts';

export interface ConsentPage {
  consent: Consent;
  email: string;
  csrfToken: string;
  link: LinkParameters;
  /** Why the page is shown again. */
  notice?: string;
  /** The other people of the demo data, who could be asked instead. */
  demoPeople?: readonly DemoPerson[];
}

/** The page that asks. */
export function consentPage(page: ConsentPage): Page {
  const { consent, email, csrfToken, link, notice, demoPeople = [] } = page;
  const { app, customers, shown } = consent;
  const name = visibleOr(app.friendlyName, app.sid);
  return cardPage({
    title: `Connect ${plainText(name)}`,
    card: html`${notice === undefined ? '' : html`<p class="notice" role="alert">${notice}</p>`}
${whoAsks(app, html`<h1>${asks(name)}</h1>`, logoSourceOf(app))}
${permissionsOf(app, customers)}
<form method="post" action="/authorize/${app.sid}">
${csrfField(csrfToken)}
<input type="hidden" name="shown" value="${shown}">
${Object.entries(link).map(([field, value]) =>
  value === undefined ? '' : html`<input type="hidden" name="${field}" value="${value}">`,
)}
${customers.length === 1 ? onlyCustomer(consent, customers) : choiceOf(consent)}
<div class="buttons">
<button name="decision" value="allow">Allow</button>
<button class="second" name="decision" value="deny" formnovalidate>Deny</button>
</div>
</form>
<p class="quiet">Either way, you return to <strong>${new URL(consent.authorizeRedirectUrl).host}</strong>. ${removalText(customers)}</p>`,
    foot: html`${signOutFoot(email, csrfToken)}${demoPeople.length === 0 ? '' : demoButtons(demoPeople, { csrfToken, returnTo: consentLink(app.sid, link) })}`,
  });
}

/** Where the access ends again: a promise that the linked page keeps. */
function removalText(customers: readonly Customer[]): Html {
  const [customer] = customers;
  return customers.length === 1 && customer
    ? html`You can remove the access at any time in <a href="/console/${customer.account.sid}/authorized">Authorized apps</a>.`
    : html`You can remove the access at any time in the <a href="/console">console</a>, under Authorized apps.`;
}

/** What a customer will see of an app, without an account and without buttons that do something. */
export function consentPreview(app: ConnectApp): Html {
  const name = visibleOr(app.friendlyName, app.sid);
  const url = app.authorizeRedirectUrl === null ? null : URL.parse(app.authorizeRedirectUrl);
  // Of our own server alone: the console asks no other.
  const logo = app.logoUrl === null ? undefined : (uploadedLogoOf(app) ?? '');
  return html`<div class="narrow"><div class="card">
${whoAsks(app, html`<h2 class="title">${asks(name)}</h2>`, logo)}
${permissionsOf(app, [])}
<div class="buttons"><button type="button" disabled>Allow</button><button type="button" class="second" disabled>Deny</button></div>
<p class="quiet">${url === null ? 'Without an Authorize URL, nobody can authorize the app.' : html`Either way, you return to <strong>${url.host}</strong>.`}</p>
</div></div>`;
}

function asks(name: string): Html {
  return html`${isolated(name)} asks for access to your account`;
}

/** The logo of an app: an uploaded one is ours, whatever the origin was when it came. */
function logoSourceOf(app: ConnectApp): string | undefined {
  return uploadedLogoOf(app) ?? app.logoUrl ?? undefined;
}

/** Who asks, and for what. */
function whoAsks(app: ConnectApp, heading: Html, logo: string | undefined): Html {
  return html`${logo === undefined ? '' : logoOf(logo, visibleOr(app.friendlyName, app.sid))}
${heading}
${app.companyName === null ? '' : html`<div class="quiet by">${paragraph(`by ${app.companyName}`)}</div>`}
${app.description === null ? '' : paragraph(app.description)}
${linksOf(app)}
<h2>Permissions requested</h2>`;
}

/** What the style sheet shows in the place of an image that does not come is the initial. Empty: that alone. */
function logoOf(url: string, name: string): Html {
  const [initial = ''] = plainText(name).trim();
  if (url === '') return html`<div class="logo"><span>${initial.toUpperCase()}</span></div>`;
  return html`<div class="logo"><img src="${url}" alt="" data-initial="${initial.toUpperCase()}" referrerpolicy="no-referrer"></div>`;
}

function linksOf(app: ConnectApp): Html | string {
  const links = [
    ['Homepage', app.homepageUrl],
    ['Terms of service', app.termsOfServiceUrl],
  ] as const;
  if (links.every(([, url]) => url === null)) return '';
  return html`<ul class="links">${links.map(([text, url]) =>
    url === null ? '' : html`<li><a href="${url}" rel="noopener noreferrer">${text}</a></li>`,
  )}</ul>`;
}

function permissionsOf(app: ConnectApp, customers: readonly Customer[]): Html {
  if (app.permissions.length === 0) {
    return html`<p>No permissions. The app learns that you connected, and may ask for permissions later.</p>`;
  }
  const [customer] = customers;
  const news = customers.length === 1 && customer ? newTo(customer, app.permissions) : [];
  return html`<ul class="permissions">${app.permissions.map(
    (permission) =>
      html`<li><strong>${PERMISSION_MEANINGS[permission].title}${
        news.includes(permission) ? html`<span class="new">new</span>` : ''
      }</strong><span class="quiet">${PERMISSION_MEANINGS[permission].text}</span></li>`,
  )}</ul>`;
}

function onlyCustomer({ app }: Consent, customers: readonly Customer[]): Html {
  return html`<h2>Your account</h2>${customers.map(
    (customer) => html`<input type="hidden" name="account_sid" value="${customer.account.sid}">
<p><strong>${isolated(customer.account.friendlyName)}</strong> <code class="quiet">${customer.account.sid}</code></p>
${earlierText(customer, app.permissions)}`,
  )}`;
}

function choiceOf({ app, customers }: Consent): Html {
  return html`<fieldset><legend>Which account?</legend>${customers.map(
    (customer) => html`<div class="choice">
<input type="radio" name="account_sid" id="${customer.account.sid}" value="${customer.account.sid}" required>
<label for="${customer.account.sid}"><strong>${isolated(customer.account.friendlyName)}</strong> <code class="quiet">${customer.account.sid}</code> ${earlierText(customer, app.permissions)}</label>
</div>`,
  )}</fieldset>`;
}

function earlierText(customer: Customer, asked: readonly Permission[]): Html | string {
  if (customer.earlier?.revokedAt !== null) return '';
  const titles = newTo(customer, asked).map((one) => PERMISSION_MEANINGS[one].title);
  return titles.length === 0
    ? html`<span class="quiet">The app already has this access.</span>`
    : html`<span class="quiet">The app already has access. New this time: ${titles.join(', ')}.</span>`;
}

/** What is asked for beyond an earlier consent; nothing where there is none to compare with. */
function newTo({ earlier }: Customer, asked: readonly Permission[]): Permission[] {
  if (earlier?.revokedAt !== null) return [];
  return asked.filter((one) => !earlier.permissions.includes(one));
}
