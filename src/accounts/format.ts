/** Account -> its wire form, and the forms that make, change and find one, from the table of properties. */

import { type Schema, Type } from '../http/json-schema.ts';
import type { Format } from '../http/representation.ts';
import { choice, namedObject, parameterSchema, sidText } from '../http/schemas.ts';
import { rfc2822, type WireValue } from '../wire.ts';
import {
  ACCOUNT_PROPERTIES,
  ACCOUNT_PROPERTY_NAMES,
  type AccountForm,
  type AccountPropertyName,
  propertiesOf,
} from './account.ts';
import type { VisibleAccount } from './token.ts';

/** The properties that the REST resource has. */
const SHOWN = ACCOUNT_PROPERTY_NAMES.filter((name) => ACCOUNT_PROPERTIES[name].shown.rest);

/** The form that creates a subaccount. */
export const createAccountForm = namedObject('CreateAccountForm', formSchema('create'), {
  FriendlyName: 'Second shop',
});

/** The form that changes an account. */
export const updateAccountForm = namedObject('UpdateAccountForm', formSchema('update'), {
  FriendlyName: 'Second shop',
});

/** What a list may be asked for: a text matches only as a whole. */
export const accountFilters: Readonly<Record<string, Schema>> = Object.fromEntries(
  propertiesOf('filter').map((name) => [
    ACCOUNT_PROPERTIES[name].parameter,
    ACCOUNT_PROPERTIES[name].rule.values.type === 'string'
      ? parameterSchema({ type: 'string', description: 'Only accounts with exactly this name.' })
      : schemaOf(name),
  ]),
);

function formSchema(form: AccountForm) {
  return Type.Partial(
    Type.Object(
      Object.fromEntries(
        propertiesOf(form).map((name) => [ACCOUNT_PROPERTIES[name].parameter, schemaOf(name)]),
      ),
    ),
  );
}

/** A property as a parameter: a choice is the same there and in an answer. */
function schemaOf(name: AccountPropertyName): Schema {
  const { parameter, rule } = ACCOUNT_PROPERTIES[name];
  const { values } = rule;
  return values.type === 'string'
    ? parameterSchema(values)
    : choice(values.choices, values.description, `Account${parameter}`);
}

function answerOf(name: AccountPropertyName): Schema {
  const { values } = ACCOUNT_PROPERTIES[name].rule;
  return values.type === 'string'
    ? Type.String({ description: values.description })
    : schemaOf(name);
}

const EXAMPLE_PATH = '/2010-04-01/Accounts/AC00000000000000000000000000000001';

/** What belongs to an account, as Twilio's description names it, and where. */
const SUBRESOURCES = {
  addresses: 'Addresses',
  applications: 'Applications',
  authorized_connect_apps: 'AuthorizedConnectApps',
  available_phone_numbers: 'AvailablePhoneNumbers',
  balance: 'Balance',
  calls: 'Calls',
  conferences: 'Conferences',
  connect_apps: 'ConnectApps',
  incoming_phone_numbers: 'IncomingPhoneNumbers',
  keys: 'Keys',
  messages: 'Messages',
  notifications: 'Notifications',
  outgoing_caller_ids: 'OutgoingCallerIds',
  queues: 'Queues',
  recordings: 'Recordings',
  short_codes: 'SMS/ShortCodes',
  signing_keys: 'SigningKeys',
  sip: 'SIP',
  transcriptions: 'Transcriptions',
  usage: 'Usage',
};

// Partial, because the serialiser writes required members before optional ones, and the order on the
// wire is the alphabet's. /openapi.json says which are there in every answer.
const members: Readonly<Record<string, Schema>> = {
  auth_token: Type.String({
    pattern: '^[0-9a-f]{32}$',
    description: 'The primary auth token: a secret. Absent for a Connect App.',
  }),
  date_created: Type.String({
    format: 'date-time-rfc-2822',
    description: 'When the account was created: RFC 2822, in GMT.',
  }),
  date_updated: Type.String({
    format: 'date-time-rfc-2822',
    description: 'When the account last changed: RFC 2822, in GMT.',
  }),
  owner_account_sid: sidText('AC', "The parent's SID; a parent's own."),
  sid: sidText('AC', 'The SID of the account.'),
  subresource_uris: Type.Object(
    Object.fromEntries(Object.keys(SUBRESOURCES).map((name) => [name, Type.String()])),
    {
      title: 'AccountSubresourceUris',
      description: 'The paths of the resources that an account has on Twilio.',
    },
  ),
  uri: Type.String({ description: 'The path of this resource.' }),
  ...Object.fromEntries(SHOWN.map((name) => [ACCOUNT_PROPERTIES[name].column, answerOf(name)])),
};
const properties = Type.Partial(
  Type.Object(Object.fromEntries(Object.entries(members).toSorted(([a], [b]) => (a < b ? -1 : 1)))),
);
const schema = Object.assign(
  namedObject('Account', properties, {
    auth_token: '00000000000000000000000000000001',
    date_created: 'Thu, 30 Jul 2015 20:00:00 +0000',
    date_updated: 'Thu, 30 Jul 2015 20:00:00 +0000',
    friendly_name: 'Demo developer',
    owner_account_sid: 'AC00000000000000000000000000000001',
    sid: 'AC00000000000000000000000000000001',
    status: 'active',
    subresource_uris: subresourcesOf(EXAMPLE_PATH),
    type: 'Full',
    uri: `${EXAMPLE_PATH}.json`,
  }),
  { 'x-required': Object.keys(properties.properties).filter((name) => name !== 'auth_token') },
);

const EMPTY: Readonly<Record<string, null>> = Object.fromEntries(
  Object.keys(properties.properties).map((name) => [name, null]),
);

/** How an account looks on the wire. */
export const accountFormat: Format<VisibleAccount> = {
  schema,
  element: 'Account',
  listElement: 'Accounts',
  listName: 'accounts',
  xmlOrder: [
    'sid',
    ...SHOWN.map((name) => ACCOUNT_PROPERTIES[name].column),
    'date_created',
    'date_updated',
    'auth_token',
    'uri',
    'subresource_uris',
    'owner_account_sid',
  ],
  toWire(account) {
    const path = `/2010-04-01/Accounts/${account.sid}`;
    // Each in its place in the order of the JSON; what follows only fills them.
    const { auth_token: _, ...wire }: Record<string, WireValue> = { ...EMPTY };
    wire.date_created = rfc2822(account.createdAt);
    wire.date_updated = rfc2822(account.updatedAt);
    wire.owner_account_sid = account.ownerAccountSid;
    wire.sid = account.sid;
    wire.subresource_uris = subresourcesOf(path);
    wire.uri = `${path}.json`;
    for (const name of SHOWN) wire[ACCOUNT_PROPERTIES[name].column] = account[name];
    return account.authToken === undefined ? wire : { auth_token: account.authToken, ...wire };
  },
};

/** Where what belongs to the account at this path is. */
function subresourcesOf(path: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(SUBRESOURCES).map(([name, place]) => [name, `${path}/${place}.json`]),
  );
}
