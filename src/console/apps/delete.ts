/** Deleting an app: what will happen, counted, and its name typed. */

import { html } from 'hono/html';
import { countAuthorizationsOfApp } from '../../authorizations/app-operations.ts';
import type { ConnectApp } from '../../connect-apps/connect-app.ts';
import { deleteConnectApp, getConnectApp } from '../../connect-apps/operations.ts';
import { pathParameter } from '../../http/request.ts';
import { csrfField, type Html } from '../../pages/layout.ts';
import { isolated } from '../../pages/text.ts';
import { parameterProblem } from '../../parameter.ts';
import { type AccountVisit, type Console, formNotice } from '../console.ts';
import { field } from '../parts/field.ts';
import { dialogCard, keepIt } from '../parts/panel.ts';
import { requireOwner } from '../role.ts';
import { countedUp, nameOf } from './app-link.ts';
import { typedText } from './form.ts';

const FIELD = 'Name';

/** Adds /console/AC…/apps/CN…/delete. */
export function addDeletePage(console: Console): void {
  const { context } = console;
  const appOf = ({ account, request }: AccountVisit) =>
    getConnectApp(context, account.sid, pathParameter(request, 'Sid'));

  console.form('apps/:Sid/delete', {
    fields: [FIELD],
    async page(visit, typed) {
      requireOwner(visit);
      const app = await appOf(visit);
      const authorized = await countAuthorizationsOfApp(context, app.sid);
      const name = nameOf(app);
      const here = visit.link(`apps/${app.sid}`);
      const body = html`${formNotice(typed)}<p>This cannot be undone. It will at once:</p>
${consequences(app, authorized)}
<form method="post" action="${here}/delete">${csrfField(visit.csrfToken)}${field({
        name: FIELD,
        label: `Type ${name} to confirm`,
        fault: typed?.faultOf(FIELD),
        isRequired: true,
        hasFocus: true,
      })}<div class="row"><button class="danger">${buttonText(authorized)}</button>${keepIt(here, 'Keep it', false)}</div></form>`;
      return {
        title: `Delete ${name}?`,
        section: 'apps',
        isCard: true,
        body: dialogCard({ title: html`Delete ${isolated(name)}?`, body }),
      };
    },
    async submit(visit, form) {
      const app = await appOf(visit);
      const name = nameOf(app);
      if (typedText(form, FIELD) !== name.trim()) {
        throw parameterProblem(FIELD, `must be ${name}, exactly as the app is called`);
      }
      await deleteConnectApp(visit.actingAsOwner, visit.account.sid, app.sid);
      return visit.link('apps');
    },
  });
}

function consequences(app: ConnectApp, authorized: number): Html {
  if (authorized === 0) {
    return html`<ul><li>delete the app and everything in its profile</li><li>end no authorization, because no customer authorizes it now</li></ul>`;
  }
  const number = countedUp(authorized);
  const many = authorized === 1 ? '' : 's';
  const url = app.deauthorizeCallbackUrl === null ? null : URL.parse(app.deauthorizeCallbackUrl);
  return html`<ul><li>end <strong>${number} authorization${many}</strong>: the app’s requests for these customers are refused from then on</li><li>${
    url === null
      ? 'send no callback, because the app has no Deauthorize URL'
      : html`send <strong>${number} signed callback${many}</strong> to <code>${url.host}</code>`
  }</li><li>leave the customer${many === '' ? '’s subaccount as it is' : `s’ ${number} subaccounts as they are`}</li></ul>`;
}

function buttonText(authorized: number): string {
  if (authorized === 0) return 'Delete app';
  const many = authorized === 1 ? '' : 's';
  return `Delete app and end ${countedUp(authorized)} authorization${many}`;
}
