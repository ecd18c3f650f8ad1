/** The demo data of `dev`: fixed values, so that every example of the documentation can be pasted. */

import { createAccount } from './accounts/account.ts';
import { addConnectApp } from './connect-apps/connect-app.ts';
import type { Context } from './context.ts';

export const DEMO_DEVELOPER = {
  accountSid: 'AC00000000000000000000000000000001',
  authToken: '00000000000000000000000000000001',
};
export const DEMO_CUSTOMER = {
  accountSid: 'AC00000000000000000000000000000002',
  authToken: '00000000000000000000000000000002',
};
export const DEMO_CONNECT_APP_SID = 'CNb989fdd207b04d16aee578018ef5fd93';

/** Adds what is missing of the demo data; what is there stays as it was changed. */
export async function seedDemoData(context: Context): Promise<void> {
  const accounts = [
    { ...DEMO_DEVELOPER, friendlyName: 'Demo developer' },
    { ...DEMO_CUSTOMER, friendlyName: 'Demo customer' },
  ];
  for (const { accountSid, authToken, friendlyName } of accounts) {
    await createAccount(context, { sid: accountSid, authToken, friendlyName });
  }
  await addConnectApp(context, DEMO_DEVELOPER.accountSid, DEMO_CONNECT_APP_SID, {
    authorizeRedirectUrl: 'http://example.com/redirect',
    companyName: 'Twilio',
    deauthorizeCallbackMethod: 'GET',
    deauthorizeCallbackUrl: 'http://example.com/deauth',
    friendlyName: 'Connect app for deletion',
    homepageUrl: 'http://example.com/home',
  });
}
