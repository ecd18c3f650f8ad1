/** The question before access is removed: what will happen, and what stays. */

import { html } from 'hono/html';
import type { ConnectedApp } from '../../authorizations/connected-app.ts';
import { csrfField } from '../../pages/layout.ts';
import { isolated, plainText } from '../../pages/text.ts';
import type { AccountVisit, View } from '../console.ts';
import { buttonRow, dialogCard, keepIt } from '../parts/panel.ts';
import { nameOf } from './app.ts';

/** The dialog, which is a page where no script runs. */
export function removalView(visit: AccountVisit, connected: ConnectedApp): View {
  const { app, authorization } = connected;
  const name = nameOf(connected);
  const path = visit.link(`authorized/${authorization.connectAppSid}`);
  const url = app?.deauthorizeCallbackUrl;
  return {
    title: `Remove the access of ${plainText(name)}?`,
    section: 'authorized',
    isCard: true,
    body: dialogCard({
      title: html`Remove the access of ${isolated(name)}?`,
      body: html`<ul>
<li>Its requests are refused from now on.</li>
<li>${
        url
          ? html`The app is told so at <strong>${URL.parse(url)?.host ?? url}</strong>.`
          : 'The app is not told: it has no Deauthorize URL.'
      }</li>
<li>Its subaccount stays yours, with what is in it.</li>
${app?.authorizeRedirectUrl == null ? '' : html`<li>You can allow it again later.</li>`}
</ul>
<form method="post" action="${path}/remove">
${csrfField(visit.csrfToken)}
${buttonRow(html`<button class="danger">Remove access</button>`, keepIt(path))}
</form>`,
    }),
  };
}
