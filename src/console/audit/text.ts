/** Events in words: what was done, to what, and by whom. */

import { html } from 'hono/html';
import type { AuditEvent, EventType, Source } from '../../audit/audit.ts';
import type { Html } from '../../pages/layout.ts';
import { isolated } from '../../pages/text.ts';
import { shortSid, tag } from '../parts/text.ts';

/** What each event says, before its resource. */
export const EVENT_TEXTS: Readonly<Record<EventType, string>> = {
  'account.created': 'Created the account',
  'account.imported': 'Imported the account',
  'account.renamed': 'Renamed the account',
  'account.suspended': 'Suspended the account',
  'account.activated': 'Activated the account',
  'account.closed': 'Closed the account',
  'auth-token.rotated': 'Rotated the Auth Token',
  'auth-token.shown': 'Viewed the Auth Token',
  'secondary-auth-token.created': 'Created a secondary Auth Token',
  'secondary-auth-token.promoted': 'Promoted the secondary Auth Token',
  'secondary-auth-token.deleted': 'Deleted the secondary Auth Token',
  'api-key.created': 'Created an API key',
  'api-key.renamed': 'Renamed an API key',
  'api-key.deleted': 'Deleted an API key',
  'connect-app.created': 'Created a Connect App',
  'connect-app.updated': 'Changed a Connect App',
  'connect-app.deleted': 'Deleted a Connect App',
  'authorization.granted': 'Authorized a Connect App',
  'authorization.revoked': 'Ended an authorization',
  'callback.resent': 'Sent a callback again',
  'callbacks.resent': 'Sent callbacks again',
  'callbacks-resend.stopped': 'Stopped sending callbacks again',
  'callback.tested': 'Sent a test callback',
  'flow-run.started': 'Tried the flow of a Connect App',
  'person.invited': 'Invited somebody',
  'invitation.withdrawn': 'Withdrew an invitation',
  'person.added': 'Added a person',
  'person.removed': 'Removed a person',
  'person.disabled': 'Disabled a person',
  'person.enabled': 'Enabled a person',
  'person.role-changed': 'Changed the role of a person',
  'operator.added': 'Made a person an operator',
  'operator.removed': 'Removed a person’s operator role',
  'password.changed': 'Changed a password',
  'password-reset-link.created': 'Created a link to reset a password',
  'session.ended': 'Signed out another browser',
  'sessions.ended': 'Signed out everywhere',
  'admin-key.created': 'Created a key of the admin API',
  'admin-key.ended': 'Ended a key of the admin API',
};

/** Who it was where no user and no account is named. */
export const SOURCE_TEXTS: Readonly<Record<Source, string>> = {
  web: 'the console',
  api: 'the API',
  cli: 'the command line',
  admin: 'the admin API',
  server: 'the server',
  customer: 'the customer',
  owner: "the app's owner",
};

/** What was done, and to what; each SID leads to what else was done to it, at `path`. */
export function whatOf(event: AuditEvent, path: string | undefined): Html {
  const { eventType, resourceSid, resourceEmail, relatedSid, changedAccountSid } = event;
  const { properties, accountSid } = event;
  const linked = (sid: string, text: Html) =>
    path === undefined
      ? html`<span title="${sid}">${text}</span>`
      : html`<a href="${path}?ResourceSid=${sid}" title="${sid}">${text}</a>`;
  const short = (sid: string) => html`<code class="tight">${shortSid(sid)}</code>`;
  const resource = linked(
    resourceSid,
    resourceEmail === null ? short(resourceSid) : isolated(resourceEmail),
  );
  const related =
    relatedSid === null ? '' : html` <span title="${relatedSid}">${short(relatedSid)}</span>`;
  const subaccount =
    changedAccountSid === accountSid || changedAccountSid === resourceSid
      ? ''
      : html` <span class="quiet">in subaccount</span> <span title="${changedAccountSid}">${short(changedAccountSid)}</span>`;
  return html`${EVENT_TEXTS[eventType]} ${resource}${related}${subaccount}${
    properties.length === 0
      ? ''
      : html`<span class="sub">${properties.map((name) => html`${tag(name)} `)}</span>`
  }`;
}

/** Who did it. */
export function whoOf({ source, actorSid, actorEmail }: AuditEvent): Html {
  if (actorEmail !== null) return isolated(actorEmail);
  if (actorSid === null) return html`${SOURCE_TEXTS[source]}`;
  const kind = actorSid.startsWith('US') ? 'a person who is gone' : SOURCE_TEXTS[source];
  return html`${kind} <code class="tight" title="${actorSid}">${shortSid(actorSid)}</code>`;
}
