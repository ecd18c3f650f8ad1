/** The demo data of `dev`: fixed values, so that every example of the documentation can be pasted. */

import { createAccount } from '../accounts/operations.ts';
import { EXAMPLE_PROPERTIES, PROPERTIES } from '../connect-apps/connect-app.ts';
import { addConnectApp, getConnectApp, updateConnectApp } from '../connect-apps/operations.ts';
import type { Context } from '../context.ts';
import { namesOf } from '../property.ts';
import { createSid } from '../sid.ts';
import { addUser } from '../users/operations.ts';
import type { NewStoredUser } from '../users/user.ts';

export const DEMO_DEVELOPER = {
  accountSid: 'AC00000000000000000000000000000001',
  authToken: '00000000000000000000000000000001',
  email: 'developer@example.com',
};
export const DEMO_CUSTOMER = {
  accountSid: 'AC00000000000000000000000000000002',
  authToken: '00000000000000000000000000000002',
  email: 'customer@example.com',
};
export const DEMO_CONNECT_APP_SID = 'CNb989fdd207b04d16aee578018ef5fd93';

/** The app whose every page is one of the development server itself: routes.ts. */
export const DEMO_APP_SID = 'CN00000000000000000000000000000001';
export const DEMO_APP_PATHS = {
  logoUrl: '/demo/logo.svg',
  authorizeRedirectUrl: '/demo/connected',
  deauthorizeCallbackUrl: '/demo/deauthorized',
} as const;

export const DEMO_PASSWORD = 'connect-apps-demo';

/** Who signs in to a development server with one click. */
export const DEMO_PEOPLE = [
  { name: 'Demo developer', email: DEMO_DEVELOPER.email, password: DEMO_PASSWORD },
  { name: 'Demo customer', email: DEMO_CUSTOMER.email, password: DEMO_PASSWORD },
] as const;

/** The hash of DEMO_PASSWORD, stored because it is as public as the password. Cheap to check for the same reason. */
export const DEMO_PASSWORD_HASH =
  '$scrypt$ln=10,r=8,p=1$PrZVTNsPeLpmnlIp7aPWtw$/NcjSZgpnpZjG//6HIc8vZ6GCE8rjxqGUJwPeyHxd4U';
/** Every hash of it that a database may have: an earlier version stored another one. */
export const DEMO_PASSWORD_HASHES = [
  DEMO_PASSWORD_HASH,
  '$scrypt$ln=15,r=8,p=3$+gVkw+t5KPNR9VpIPPHHFA$APNaKTmHcVT7Dn9NdaVNtYaZV/eU/0XUk+6f5Pk3AOQ',
];

/** Adds missing demo data; existing data keeps the user's changes. */
export async function seedDemoData(context: Context): Promise<void> {
  const accounts = [
    { ...DEMO_DEVELOPER, friendlyName: 'Demo developer' },
    { ...DEMO_CUSTOMER, friendlyName: 'Demo customer' },
  ];
  for (const { accountSid, authToken, friendlyName, email } of accounts) {
    await createAccount(context, { sid: accountSid, authToken, friendlyName });
    const user: NewStoredUser = {
      sid: createSid('US', context.random),
      email,
      createdAt: context.clock.now(),
      passwordHash: DEMO_PASSWORD_HASH,
    };
    await addUser(context, user, [accountSid]);
  }
  await addConnectApp(context, DEMO_DEVELOPER.accountSid, DEMO_CONNECT_APP_SID, EXAMPLE_PROPERTIES);
}

/**
 * Adds the app whose pages are those of the server at `origin`, and brings its URLs there when they were those of
 * another origin; what was changed stays changed.
 */
export async function placeDemoApp(context: Context, origin: string): Promise<void> {
  const { accountSid } = DEMO_DEVELOPER;
  await addConnectApp(context, accountSid, DEMO_APP_SID, {
    friendlyName: 'Pet Shop Reminders',
    companyName: 'Pet Shop',
    description:
      'Reminds the customers of a pet shop of their next visit. It is a demo that runs entirely on this server.',
    deauthorizeCallbackMethod: 'POST',
    permissions: ['get-all', 'post-all'],
    logoUrl: origin + DEMO_APP_PATHS.logoUrl,
    authorizeRedirectUrl: origin + DEMO_APP_PATHS.authorizeRedirectUrl,
    deauthorizeCallbackUrl: origin + DEMO_APP_PATHS.deauthorizeCallbackUrl,
  });
  const app = await getConnectApp(context, accountSid, DEMO_APP_SID);
  const moved: Record<string, string> = {};
  for (const name of namesOf(DEMO_APP_PATHS)) {
    const path = DEMO_APP_PATHS[name];
    const url = app[name];
    const isOurs = url && URL.parse(url)?.pathname === path;
    if (isOurs && url !== origin + path) moved[PROPERTIES[name].parameter] = origin + path;
  }
  if (Object.keys(moved).length > 0) {
    await updateConnectApp(context, accountSid, DEMO_APP_SID, moved);
  }
}
