/** ApiKey -> its wire form, as Twilio's Keys and SigningKeys have it. */

import { Type } from '../http/json-schema.ts';
import type { Format } from '../http/representation.ts';
import { namedObject, parameterSchema, sidText } from '../http/schemas.ts';
import { rfc2822 } from '../wire.ts';
import { type ApiKey, type ApiKeyWithSecret, FRIENDLY_NAME_RULE } from './api-key.ts';

const properties = {
  date_created: Type.String({
    format: 'date-time-rfc-2822',
    description: 'When the key was created: RFC 2822, in GMT.',
  }),
  date_updated: Type.String({
    format: 'date-time-rfc-2822',
    description: 'When the key was last renamed: RFC 2822, in GMT.',
  }),
  friendly_name: Type.String({ description: 'The name of the key.' }),
};
const sid = sidText('SK', 'The SID of the key: the username of a request.');
const secret = Type.String({
  pattern: '^[0-9a-f]{32}$',
  description: 'The password of a request. It is shown only here.',
});
const example = {
  date_created: 'Thu, 30 Jul 2015 20:00:00 +0000',
  date_updated: 'Thu, 30 Jul 2015 20:00:00 +0000',
  friendly_name: 'Billing server',
};
const exampleSid = { sid: 'SK00000000000000000000000000000001' };

/** The form that creates or renames a key. */
export const apiKeyForm = namedObject(
  'ApiKeyForm',
  Type.Partial(Type.Object({ FriendlyName: parameterSchema(FRIENDLY_NAME_RULE) })),
  { FriendlyName: 'Billing server' },
);

/** How Twilio names API keys in one of the two places that have them. */
export interface ApiKeyNames {
  /** The last part of the list's path, also the XML element of a list. */
  place: 'Keys' | 'SigningKeys';
  element: 'Key' | 'SigningKey';
  listName: 'keys' | 'signing_keys';
}

/** How a key looks on the wire in one of the places, and a new one with its secret. */
export function apiKeyFormats({ place, element, listName }: ApiKeyNames): {
  key: Format<ApiKey>;
  newKey: Format<ApiKeyWithSecret>;
} {
  const names = { listElement: place, listName };
  return {
    key: {
      ...names,
      element,
      schema: namedObject(element, Type.Object({ ...properties, sid }), {
        ...example,
        ...exampleSid,
      }),
      xmlOrder: ['sid', 'friendly_name', 'date_created', 'date_updated'],
      toWire,
    },
    newKey: {
      ...names,
      element,
      schema: namedObject(`New${element}`, Type.Object({ ...properties, secret, sid }), {
        ...example,
        secret: '0123456789abcdef0123456789abcdef',
        ...exampleSid,
      }),
      xmlOrder: ['sid', 'friendly_name', 'date_created', 'date_updated', 'secret'],
      toWire: ({ secret: shown, ...key }) => {
        const { sid: keySid, ...rest } = toWire(key);
        return { ...rest, secret: shown, sid: keySid };
      },
    },
  };
}

function toWire(key: ApiKey) {
  return {
    date_created: rfc2822(key.createdAt),
    date_updated: rfc2822(key.updatedAt),
    friendly_name: key.friendlyName,
    sid: key.sid,
  };
}
