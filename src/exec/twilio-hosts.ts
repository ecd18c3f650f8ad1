/** Which hosts `exec` answers for, and which it keeps a command from reaching by accident. */

/**
 * `server`: the local server has it. `tls-test`: what the libraries call to check a certificate; exec has
 * it. `refused`: Twilio's, but not served here. `elsewhere`: not Twilio's.
 */
export type Destination = 'server' | 'tls-test' | 'refused' | 'elsewhere';

/** `api`, with the labels that TWILIO_REGION and TWILIO_EDGE insert: `api.dublin.ie1.twilio.com`. */
const API_HOST = /^api(\.[a-z0-9-]+){0,2}\.twilio\.com$/;

/** Returns where a request to `hostname` goes. */
export function destinationOf(hostname: string): Destination {
  const name = hostname.toLowerCase().replace(/\.$/, '');
  if (API_HOST.test(name) || name === 'www.twilio.com') return 'server';
  if (name === 'tls-test.twilio.com') return 'tls-test';
  return name === 'twilio.com' || name.endsWith('.twilio.com') ? 'refused' : 'elsewhere';
}

/** Answers whether an entry of NO_PROXY would lead requests past the proxy to Twilio. */
export function isBypassOfTwilio(entry: string): boolean {
  const name = entry.toLowerCase().replace(/^\*?\.|:\d+$/g, '');
  return (
    name === '*' || destinationOf(name) !== 'elsewhere' || 'api.twilio.com'.endsWith(`.${name}`)
  );
}
