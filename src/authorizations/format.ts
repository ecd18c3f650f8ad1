/** AuthorizedConnectApp -> its wire form. */

import { permissionSchema } from '../connect-apps/format.ts';
import { Type } from '../http/json-schema.ts';
import type { Format } from '../http/representation.ts';
import { namedObject, nullableText, nullableUrl, sidText } from '../http/schemas.ts';
import type { AuthorizedConnectApp } from './authorization.ts';

const schema = namedObject(
  'AuthorizedConnectApp',
  Type.Object({
    account_sid: sidText('AC', 'The subaccount created for the app.'),
    connect_app_company_name: nullableText('The company behind the Connect App.'),
    connect_app_description: nullableText('What the Connect App does.'),
    connect_app_friendly_name: nullableText('The name of the Connect App.'),
    connect_app_homepage_url: nullableUrl('Where customers learn more.'),
    connect_app_sid: sidText('CN', 'The SID of the Connect App.'),
    permissions: Type.Array(permissionSchema, {
      description: 'The permissions that the customer granted.',
    }),
    uri: Type.String({ description: 'The path of this resource.' }),
  }),
  {
    account_sid: 'AC00000000000000000000000000000003',
    connect_app_company_name: 'Twilio',
    connect_app_description: null,
    connect_app_friendly_name: 'Connect app for deletion',
    connect_app_homepage_url: 'http://example.com/home',
    connect_app_sid: 'CNb989fdd207b04d16aee578018ef5fd93',
    permissions: ['get-all'],
    uri: '/2010-04-01/Accounts/AC00000000000000000000000000000003/AuthorizedConnectApps/CNb989fdd207b04d16aee578018ef5fd93.json',
  },
);

/** How an authorized Connect App looks on the wire. */
export const authorizedConnectAppFormat: Format<AuthorizedConnectApp> = {
  schema,
  element: 'AuthorizedConnectApp',
  listElement: 'AuthorizedConnectApps',
  listName: 'authorized_connect_apps',
  xmlOrder: [
    'connect_app_sid',
    'account_sid',
    'permissions',
    'connect_app_friendly_name',
    'connect_app_description',
    'connect_app_company_name',
    'connect_app_homepage_url',
    'uri',
  ],
  toWire(authorized) {
    const { subaccountSid, connectAppSid } = authorized;
    return {
      account_sid: subaccountSid,
      connect_app_company_name: authorized.connectAppCompanyName,
      connect_app_description: authorized.connectAppDescription,
      connect_app_friendly_name: authorized.connectAppFriendlyName,
      connect_app_homepage_url: authorized.connectAppHomepageUrl,
      connect_app_sid: connectAppSid,
      permissions: authorized.permissions,
      uri: `/2010-04-01/Accounts/${subaccountSid}/AuthorizedConnectApps/${connectAppSid}.json`,
    };
  },
};
