/** ConnectApp -> its wire form. */

import Type from 'typebox';
import type { Format } from '../http/representation.ts';
import { choice, namedObject, nullableText, nullableUrl, sidText } from '../http/schemas.ts';
import { CALLBACK_METHODS, type ConnectApp } from './connect-app.ts';
import { PERMISSIONS } from './permissions.ts';

/** One permission; the lists of the API hold these. */
export const permissionSchema = choice(
  PERMISSIONS,
  'What a Connect App may do: `get-all` reads all account data, `post-all` charges the account for usage.',
  'Permission',
);

const schema = namedObject(
  'ConnectApp',
  Type.Object({
    account_sid: sidText('AC', 'The account that owns the Connect App.'),
    authorize_redirect_url: nullableUrl('Where the customer is sent after clicking Allow or Deny.'),
    company_name: nullableText('The company behind the Connect App.'),
    deauthorize_callback_method: Type.Unsafe<string | null>({
      type: 'string',
      nullable: true,
      enum: [...CALLBACK_METHODS, null],
      description: 'The HTTP method used to call deauthorize_callback_url.',
    }),
    deauthorize_callback_url: nullableUrl(
      'The URL that is called when a customer deauthorizes the app.',
    ),
    description: nullableText('What the Connect App does.'),
    friendly_name: nullableText('The name of the Connect App.'),
    homepage_url: nullableUrl('Where customers learn more.'),
    permissions: Type.Array(permissionSchema, {
      description: 'The permissions that the app asks for.',
    }),
    sid: sidText('CN', 'The SID of the Connect App.'),
    uri: Type.String({ description: 'The path of this resource.' }),
  }),
  {
    account_sid: 'AC00000000000000000000000000000001',
    authorize_redirect_url: 'http://example.com/redirect',
    company_name: 'Twilio',
    deauthorize_callback_method: 'GET',
    deauthorize_callback_url: 'http://example.com/deauth',
    description: null,
    friendly_name: 'Connect app for deletion',
    homepage_url: 'http://example.com/home',
    permissions: [],
    sid: 'CNb989fdd207b04d16aee578018ef5fd93',
    uri: '/2010-04-01/Accounts/AC00000000000000000000000000000001/ConnectApps/CNb989fdd207b04d16aee578018ef5fd93.json',
  },
);

/** How a Connect App looks on the wire. */
export const connectAppFormat: Format<ConnectApp> = {
  schema,
  element: 'ConnectApp',
  listElement: 'ConnectApps',
  listName: 'connect_apps',
  xmlOrder: [
    'sid',
    'account_sid',
    'friendly_name',
    'description',
    'company_name',
    'homepage_url',
    'authorize_redirect_url',
    'deauthorize_callback_url',
    'deauthorize_callback_method',
    'permissions',
    'uri',
  ],
  toWire(app) {
    return {
      account_sid: app.accountSid,
      authorize_redirect_url: app.authorizeRedirectUrl,
      company_name: app.companyName,
      deauthorize_callback_method: app.deauthorizeCallbackMethod,
      deauthorize_callback_url: app.deauthorizeCallbackUrl,
      description: app.description,
      friendly_name: app.friendlyName,
      homepage_url: app.homepageUrl,
      permissions: app.permissions,
      sid: app.sid,
      uri: `/2010-04-01/Accounts/${app.accountSid}/ConnectApps/${app.sid}.json`,
    };
  },
};
