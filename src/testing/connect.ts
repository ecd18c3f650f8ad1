/** Lets the official client for Node.js call a world. */

import type { TwilioClient } from './types.ts';

const API = 'https://api.twilio.com';

/** Replaces the HTTP client of a `twilio` client by one that sends the same requests to `url`. */
export function connectTo<Client extends TwilioClient>(url: string, client: Client): Client {
  const { httpClient } = client;
  const request = (options: { uri: string }) => {
    const { origin, pathname, search } = new URL(options.uri);
    if (origin !== API)
      throw new Error(`This world has nothing of ${origin}: it answers for ${API}.`);
    return Reflect.apply(httpClient.request, httpClient, [
      { ...options, uri: url + pathname + search },
    ]);
  };
  // Its own is a getter of the class, without a setter.
  Object.defineProperty(client, 'httpClient', { value: { request }, configurable: true });
  return client;
}
