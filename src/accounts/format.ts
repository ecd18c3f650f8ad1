/** Account -> its wire form. */

import Type from 'typebox';
import type { Format } from '../http/representation.ts';
import { choice, namedObject, sidText } from '../http/schemas.ts';
import { rfc2822 } from '../wire.ts';
import { ACCOUNT_STATUSES, ACCOUNT_TYPES } from './account.ts';
import type { VisibleAccount } from './token.ts';

/** The status of an account, in answers and in forms. */
export const accountStatusSchema = choice(
  ACCOUNT_STATUSES,
  'The status of the account. A suspended account can be activated again; a closed account cannot.',
  'AccountStatus',
);

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
const properties = Type.Partial(
  Type.Object({
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
    friendly_name: Type.String({ description: 'The name of the account.' }),
    owner_account_sid: sidText('AC', "The parent's SID; a parent's own."),
    sid: sidText('AC', 'The SID of the account.'),
    status: accountStatusSchema,
    subresource_uris: Type.Object(
      Object.fromEntries(Object.keys(SUBRESOURCES).map((name) => [name, Type.String()])),
      {
        title: 'AccountSubresourceUris',
        description: 'The paths of the resources that an account has on Twilio.',
      },
    ),
    type: choice(ACCOUNT_TYPES, 'Full, or Trial until it is upgraded.', 'AccountType'),
    uri: Type.String({ description: 'The path of this resource.' }),
  }),
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

/** How an account looks on the wire. */
export const accountFormat: Format<VisibleAccount> = {
  schema,
  element: 'Account',
  listElement: 'Accounts',
  listName: 'accounts',
  xmlOrder: [
    'sid',
    'friendly_name',
    'type',
    'status',
    'date_created',
    'date_updated',
    'auth_token',
    'uri',
    'subresource_uris',
    'owner_account_sid',
  ],
  toWire(account) {
    const path = `/2010-04-01/Accounts/${account.sid}`;
    return {
      ...(account.authToken !== undefined && { auth_token: account.authToken }),
      date_created: rfc2822(account.createdAt),
      date_updated: rfc2822(account.updatedAt),
      friendly_name: account.friendlyName,
      owner_account_sid: account.ownerAccountSid,
      sid: account.sid,
      status: account.status,
      subresource_uris: subresourcesOf(path),
      type: account.type,
      uri: `${path}.json`,
    };
  },
};

/** Where what belongs to the account at this path is. */
function subresourcesOf(path: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(SUBRESOURCES).map(([name, place]) => [name, `${path}/${place}.json`]),
  );
}
