/** The options that the command passes to the exec proxy. */

import type { Tally } from './tally.ts';
import type { Authority } from './tls/certificate-authority.ts';

export interface ForwardProxyOptions {
  /** Where requests to Twilio's API go instead. */
  serverUrl: string;
  authority: Authority;
  /** 0 for any free port. */
  port: number;
  /** The proxy through which other hosts are reached; undefined to reach them directly. */
  upstream: URL | undefined;
  /** The results of the requests to Twilio. */
  tally: Tally;
  notice(line: string): void;
}
