/** The data that is measured on: one account with many Connect Apps, in a database file. */

import { createAccount } from '../src/accounts/account.ts';
import { createContext } from '../src/app.ts';
import { createConfig } from '../src/config.ts';
import { insertConnectApp } from '../src/connect-apps/store.ts';
import { createSid } from '../src/sid.ts';
import { migrate } from '../src/storage/migrate.ts';

/** Apps a transaction. */
const CHUNK = 1000;

interface Filled {
  accountSid: string;
  authToken: string;
  /** The newest app. */
  appSid: string;
}

/** Makes the database that `environment` names, with `count` apps of one account. */
export async function fill(
  environment: { DATABASE_URL: string; SECRET_KEY: string },
  count: number,
): Promise<Filled> {
  const config = createConfig(environment, 'production');
  const context = createContext(config, { secretKey: environment.SECRET_KEY });
  await migrate(context.database);
  const account = await createAccount(context, { friendlyName: 'Benchmark' });
  let appSid = '';
  for (let first = 0; first < count; first += CHUNK) {
    await context.database.transaction(async (transaction) => {
      for (let index = first; index < Math.min(first + CHUNK, count); index += 1) {
        appSid = createSid('CN');
        await insertConnectApp(transaction, {
          sid: appSid,
          accountSid: account.sid,
          friendlyName: `App ${index}`,
          description: null,
          companyName: 'Twilio',
          homepageUrl: 'http://example.com/home',
          authorizeRedirectUrl: 'http://example.com/redirect',
          deauthorizeCallbackUrl: 'http://example.com/deauth',
          deauthorizeCallbackMethod: 'GET',
          permissions: [],
          logoUrl: null,
          termsOfServiceUrl: null,
          createdAt: index,
        });
      }
    });
  }
  await context.database.close();
  return { accountSid: account.sid, authToken: account.authToken, appSid };
}

/** Follows the links of pages of 1,000 to the end, and returns a page of 50 from there. */
export async function lastPage(
  port: number,
  list: string,
  headers: Record<string, string>,
): Promise<string> {
  let next: string | null = `${list}?PageSize=1000`;
  let at = next;
  while (next) {
    at = next;
    const reply = await fetch(`http://127.0.0.1:${port}${next}`, { headers });
    const page: { next_page_uri: string | null } = JSON.parse(await reply.text());
    next = page.next_page_uri;
  }
  return at.replace('PageSize=1000', 'PageSize=50');
}
