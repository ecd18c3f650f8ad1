/** One API key: the form for a new one, the page with its name, and the question before it is deleted. */

import { html } from 'hono/html';
import { type ApiKey, FRIENDLY_NAME_RULE } from '../../api-keys/api-key.ts';
import { csrfField, type Html } from '../../pages/layout.ts';
import { isolated, plainText, visibleOr } from '../../pages/text.ts';
import { type Parameters, textOf } from '../../parameter.ts';
import { type AccountVisit, formNotice, type View } from '../console.ts';
import { choiceField, field } from '../parts/field.ts';
import { codeSample } from '../parts/lists.ts';
import {
  buttonRow,
  definitionList,
  dialogCard,
  keepIt,
  linkButton,
  notice,
  panel,
} from '../parts/panel.ts';
import { copyButton, fullTime, lastUse, sid } from '../parts/text.ts';
import { type Typed, typedValue } from '../typed.ts';
import { confirmation, type Refusal } from './confirm.ts';
import { accountTabs, ownersOnly } from './tabs.ts';

const TYPES = [
  {
    value: 'Standard',
    text: 'Standard',
    hint: 'Everything except accounts and API keys. Right for most programs.',
  },
  { value: 'Main', text: 'Main', hint: 'Everything that the Auth Token can do.' },
];

/** A form that is shown again for its password. */
interface Refused {
  form: Parameters;
  refusal: Refusal;
}

/** The form for a new one. */
export function newKeyView(visit: AccountVisit, typed: Typed | undefined, refused?: Refused): View {
  const { link, csrfToken, role } = visit;
  const sent = typed?.form ?? refused?.form ?? {};
  const title = 'Create an API key';
  return {
    title,
    section: 'account',
    isCard: true,
    body: dialogCard({
      title,
      body:
        role !== 'owner'
          ? ownersOnly('Only an owner of this account can create API keys.')
          : html`${formNotice(typed)}<form method="post" action="${link('account/keys/new')}">
${csrfField(csrfToken)}
${nameField(textOf(sent, 'FriendlyName') ?? '', typed)}
${choiceField({
  name: 'Type',
  label: 'Type',
  values: [textOf(sent, 'Type') ?? 'Standard'],
  choices: TYPES,
  isSingle: true,
  fault: typed?.faultOf('Type'),
})}
${confirmation(visit, refused?.refusal)}
${buttonRow(html`<button>Create the key</button>`, keepIt(link('account/keys'), 'Cancel', false))}
</form>`,
    }),
  };
}

/** The page of a key; its secret is on it only when it has just been made. */
export function keyView(
  visit: AccountVisit,
  key: ApiKey,
  { secret, typed }: { secret?: string; typed?: Typed | undefined },
): View {
  const { account, csrfToken, link, now, role } = visit;
  const path = link(`account/keys/${key.sid}`);
  return {
    title: plainText(nameOf(key)),
    heading: isolated(nameOf(key)),
    section: 'account',
    tabs: accountTabs(visit, 'keys'),
    hasSecret: secret !== undefined,
    ...(role === 'owner' && {
      actions: linkButton({
        href: `${path}/delete`,
        text: 'Delete…',
        kind: 'danger',
        isDialog: true,
      }),
    }),
    body: html`${formNotice(typed)}<div class="stack">
${secret === undefined ? '' : secretPanel(account.sid, key, secret)}
${panel({
  title: 'About',
  isPadded: true,
  body: definitionList([
    ['SID', sid(key.sid)],
    ['Type', key.type],
    ['Created', fullTime(key.createdAt, now)],
  ]),
})}
${panel({
  title: 'Name',
  isPadded: true,
  body:
    role !== 'owner'
      ? ownersOnly('Only an owner of this account can rename API keys.')
      : html`<form method="post" action="${path}">
${csrfField(csrfToken)}
${nameField(typedValue(typed, 'FriendlyName', key.friendlyName), typed)}
<button class="second">Save the name</button>
</form>`,
})}
</div>`,
  };
}

function secretPanel(accountSid: string, key: ApiKey, secret: string): Html {
  return panel({
    title: 'Secret',
    isPadded: true,
    body: html`${notice('warn', 'Copy the secret now. The server does not store it and cannot show it again.')}
<p><span class="sid" data-secret><code>${secret}</code>${copyButton({ value: secret, what: 'the secret' })}</span></p>
<p>In requests, the SID of the key is the user name and the secret is the password:</p>${codeSample(
      {
        id: 'use-key',
        what: 'a request with the key',
        code: `curl "$ORIGIN/2010-04-01/Accounts/${accountSid}/ConnectApps.json" -u "${key.sid}:$SECRET"`,
      },
    )}`,
  });
}

function nameField(value: string, typed: Typed | undefined): Html {
  return field({
    name: 'FriendlyName',
    label: 'Friendly name',
    value,
    fault: typed?.faultOf('FriendlyName'),
    maxLength: FRIENDLY_NAME_RULE.maxLength,
    hint: 'Name the program or server that will use it.',
  });
}

/** The question before a key is deleted. */
export function keyDeletionView(
  visit: AccountVisit,
  key: ApiKey,
  usedAt: number | undefined,
): View {
  const { csrfToken, link, now } = visit;
  const path = link(`account/keys/${key.sid}`);
  return {
    title: `Delete ${plainText(nameOf(key))}?`,
    section: 'account',
    isCard: true,
    body: dialogCard({
      title: html`Delete ${isolated(nameOf(key))}?`,
      body: html`<ul>
<li>Requests with this key are refused from now on (${lastUse(usedAt, now)}).</li>
<li>Other keys and the Auth Tokens stay as they are.</li>
</ul>
<form method="post" action="${path}/delete">
${csrfField(csrfToken)}
${buttonRow(html`<button class="danger">Delete the key</button>`, keepIt(path))}
</form>`,
    }),
  };
}

/** What a key is called: its name, if there is anything to see of it, else its SID. */
export function nameOf(key: ApiKey): string {
  return visibleOr(key.friendlyName, key.sid);
}
