/** The official client, its requests sent to a local server instead of https://api.twilio.com. */

import assert from 'node:assert/strict';
import twilio from 'twilio';

/** Returns a client of the account whose every request goes to `serverUrl`. */
export function localClient(
  serverUrl: string,
  auth: { accountSid: string; authToken: string },
): twilio.Twilio {
  const httpClient = new twilio.RequestClient();
  httpClient.axios.interceptors.request.use((config) => {
    const { origin, pathname, search } = new URL(config.url ?? '');
    assert.equal(origin, 'https://api.twilio.com', 'nothing leaves this machine');
    config.url = serverUrl + pathname + search;
    return config;
  });
  return twilio(auth.accountSid, auth.authToken, { httpClient });
}
