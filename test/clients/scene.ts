/**
 * What conformance programs find besides the demo data: a customer that authorized apps of the
 * developer, and took two authorizations back, of which real callbacks came; and an account that the
 * server fails to show. They are told of it in environment variables, by these names.
 */

import { authorizeConnectApp, revokeAuthorization } from '../../src/authorizations/operations.ts';
import type { Permission } from '../../src/connect-apps/permissions.ts';
import { present } from '../api/narrow.ts';
import { type Received, startReceiver } from '../support/receiver.ts';
import type { Credentials, TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

/** The permissions of each app that the developer owns besides that of the demo data. */
const APPS: readonly (readonly Permission[])[] = [
  ['get-all'],
  ['post-all'],
  [],
  ['get-all', 'post-all'],
  ['get-all'],
  ['get-all'],
];

/** Prepares the scene and returns the variables. */
export async function setScene(server: TestServer): Promise<Record<string, string>> {
  const { context, developer, customer } = server;
  const receiver = await startReceiver();
  try {
    const apps = await server.createApps(developer.accountSid, APPS.length, (index) => ({
      authorizeRedirectUrl: 'https://app.example.com/done',
      deauthorizeCallbackUrl: `${receiver.url}/bye?app=${index}`,
      deauthorizeCallbackMethod: index === 5 ? 'GET' : 'POST',
      permissions: [...(APPS[index] ?? [])],
    }));
    const subaccounts: string[] = [];
    for (const connectAppSid of apps) {
      const key = { accountSid: customer.accountSid, connectAppSid };
      subaccounts.push((await authorizeConnectApp(context, key)).subaccountSid);
    }
    for (const connectAppSid of apps.slice(4)) {
      await revokeAuthorization(context, { accountSid: customer.accountSid, connectAppSid });
    }
    const broken = await createBrokenAccount(server);
    await until('both callbacks have come', () => receiver.received.length === 2, 60_000);
    const post = present(receiver.received.find((one) => one.method === 'POST'));
    const get = present(receiver.received.find((one) => one.method === 'GET'));
    const parameters = new URLSearchParams(post.body);
    const signatureOf = (one: Received) => present(one.headers['x-twilio-signature']);
    return {
      CUSTOMER_SID: customer.accountSid,
      CUSTOMER_TOKEN: customer.authToken,
      READER_APP_SID: present(apps[0]),
      READER_SID: present(subaccounts[0]),
      WRITER_SID: present(subaccounts[1]),
      REVOKED_SID: present(subaccounts[4]),
      BROKEN_SID: broken.accountSid,
      BROKEN_TOKEN: broken.authToken,
      CALLBACK_POST_URL: receiver.url + post.path,
      CALLBACK_POST_SIGNATURE: signatureOf(post),
      CALLBACK_ACCOUNT_SID: parameters.get('AccountSid') ?? '',
      CALLBACK_CONNECT_APP_SID: parameters.get('ConnectAppSid') ?? '',
      CALLBACK_GET_URL: receiver.url + get.path,
      CALLBACK_GET_SIGNATURE: signatureOf(get),
    };
  } finally {
    await receiver.close();
  }
}

/** An account that can sign in, but whose token cannot be read to be shown. */
async function createBrokenAccount(server: TestServer): Promise<Credentials> {
  const account = await server.createAccount();
  await server.context.database.transaction((transaction) =>
    transaction
      .updateTable('accounts')
      .set({ token_sealed: '' })
      .where('sid', '=', account.accountSid)
      .execute(),
  );
  return account;
}
