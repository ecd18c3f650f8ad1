/** The form of a Connect App, from the table of its properties, and what a customer will see beside it. */

import { html } from 'hono/html';
import {
  type ConnectApp,
  INITIAL_PROPERTIES,
  PROPERTIES,
  PROPERTY_NAMES,
  type PropertyName,
  parseConnectAppChanges,
} from '../../connect-apps/connect-app.ts';
import { MAX_LOGO_BYTES, uploadedLogoOf } from '../../connect-apps/logo.ts';
import { consentPreview } from '../../consent/page.ts';
import { csrfField, type Html } from '../../pages/layout.ts';
import { type Parameters, textOf } from '../../parameter.ts';
import type { AccountVisit } from '../console.ts';
import { formNotice } from '../console.ts';
import { choiceField, field, fileField, selectField } from '../parts/field.ts';
import { linkButton, panel } from '../parts/panel.ts';
import { type Typed, typedValue } from '../typed.ts';

export const FILE_FIELD = 'Logo';
export const APP_FIELDS = [...PROPERTY_NAMES.map((name) => PROPERTIES[name].parameter), FILE_FIELD];
/** What a form with a file may hold. */
export const TAKES_LOGO = { takesFile: { field: FILE_FIELD, maxBytes: MAX_LOGO_BYTES } };
const PART = 'preview';

/** The form with its preview; `app` is undefined for a new one. */
export function appForm(
  { link, csrfToken, account }: AccountVisit,
  app: ConnectApp | undefined,
  typed: Typed | undefined,
): Html {
  const place = app === undefined ? 'apps/new' : `apps/${app.sid}/edit`;
  const preview = previewOf(app, account.sid, typed?.form);
  return html`<div class="two">${panel({
    isPadded: true,
    body: html`${formNotice(typed)}<form method="post" action="${link(place)}" enctype="multipart/form-data" data-live="${PART}">${csrfField(csrfToken)}
${PROPERTY_NAMES.map((name) => html`${fieldOf(name, app, typed)}${name === 'logoUrl' ? logoField(typed) : ''}`)}
<div class="row"><button>${app === undefined ? 'Create app' : 'Save'}</button><button class="second" formaction="${link(`${place}/preview`)}" formnovalidate>Preview</button>${linkButton(
      {
        href: link(app === undefined ? 'apps' : `apps/${app.sid}`),
        text: 'Cancel',
        kind: 'second',
      },
    )}</div></form>`,
  })}<div><h2 class="over">What a customer sees</h2><div id="${PART}" class="preview">${preview}</div></div></div>`;
}

/** The parameters of a form: a box that is not ticked is sent as nothing, and means none. */
export function parametersOf(form: Parameters): Parameters {
  const { [FILE_FIELD]: _, ...parameters } = form;
  return { Permissions: '', ...parameters };
}

/** What is typed where it is valid, and what is stored where it is not. */
function previewOf(
  app: ConnectApp | undefined,
  accountSid: string,
  form: Parameters | undefined,
): Html {
  const shown: ConnectApp = {
    ...INITIAL_PROPERTIES,
    ...(app ?? { sid: 'Your app', accountSid, createdAt: 0 }),
  };
  for (const name of form === undefined ? [] : PROPERTY_NAMES) {
    const { parameter } = PROPERTIES[name];
    const value = parametersOf(form ?? {})[parameter];
    if (value === undefined) continue;
    try {
      Object.assign(shown, parseConnectAppChanges({ [parameter]: value }));
    } catch {
      // Half a URL, for instance: the form says so when it is sent.
    }
  }
  return consentPreview(shown);
}

function logoField(typed: Typed | undefined): Html {
  return fileField({
    name: FILE_FIELD,
    label: 'Logo from a file',
    accept: 'image/png,image/jpeg,image/webp',
    hint: 'PNG, JPEG or WebP, at most 512 kB. It replaces the logo URL.',
    fault: typed?.faultOf(FILE_FIELD),
  });
}

function fieldOf(name: PropertyName, app: ConnectApp | undefined, typed: Typed | undefined): Html {
  const { parameter, rule } = PROPERTIES[name];
  const { values } = rule;
  const stored = app?.[name];
  const common = {
    name: parameter,
    label: labelOf(parameter),
    hint: hintOf(name, app, values.description),
    fault: typed?.faultOf(parameter),
  };
  if (values.type === 'permissions') {
    const typedOnes = typed && [typed.form[parameter] ?? []].flat();
    const choices = values.choices.map((value) => ({
      value,
      text: value,
      hint: MEANINGS[value] ?? '',
    }));
    return choiceField({ ...common, values: typedOnes ?? app?.permissions ?? [], choices });
  }
  const value = typedValue(typed, parameter, typeof stored === 'string' ? stored : null);
  if (values.type !== 'string') {
    const choices = ['', ...values.choices].map((one) => ({ value: one, text: one || 'Not set' }));
    return selectField({ ...common, value, choices });
  }
  return field({
    ...common,
    value,
    isMultiline: values.format === 'multiline',
    isRequired: (values.minLength ?? 0) > 0,
    maxLength: values.format === 'uri' ? undefined : values.maxLength,
    ...(values.format === 'uri' && { placeholder: 'https://' }),
    hasFocus: app === undefined && typed === undefined && name === 'friendlyName',
  });
}

const MEANINGS: Record<string, string> = {
  'get-all': 'Read all data of the customer’s account, except Auth Tokens.',
  'post-all': 'Act in a subaccount made for the app. The customer pays for what is used there.',
};

function hintOf(name: PropertyName, app: ConnectApp | undefined, description: string): string {
  if (name !== 'logoUrl') return description;
  if (app !== undefined && uploadedLogoOf(app) !== undefined) {
    return `${description} This one was uploaded; empty the field to remove it.`;
  }
  return `${description} A logo on another server is shown there, but not in this console.`;
}

/** The parameter as words, as Twilio's console has them: AuthorizeRedirectUrl is Authorize URL. */
export function labelOf(parameter: string): string {
  const words = parameter.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.replace(/ (?:redirect|callback)\b/, '').replace(/\burl\b/, 'URL');
}

/** The text of a field of a form, without space around it. */
export function typedText(form: Parameters, name: string): string {
  return (textOf(form, name) ?? '').trim();
}
