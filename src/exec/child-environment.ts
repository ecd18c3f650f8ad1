/**
 * The environment of a command under `exec`: what each language's HTTP client reads to find the proxy
 * and to trust the local authority. docs/clients.md has the same list, from the reader's side.
 */

import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TrustFiles } from './tls/trust-files.ts';
import { isBypassOfTwilio } from './twilio-hosts.ts';

export interface ChildSettings {
  proxyUrl: string;
  trust: TrustFiles;
  /** The account for the command's requests, unless it has its own credentials. */
  credentials: { accountSid: string; authToken: string };
  /** The server and a key of its admin API, for `connect-apps` commands that the command runs. */
  server: { url: string; adminKey?: string };
}

/** What `exec` changes in `environment`; undefined for a variable that it removes. */
export function changesToEnvironment(
  environment: NodeJS.ProcessEnv,
  { proxyUrl, trust, credentials, server }: ChildSettings,
): NodeJS.ProcessEnv {
  const bypass = bypassedHosts(environment);
  return {
    // curl reads the lower-case form of the first only, twilio-node the upper-case one.
    http_proxy: proxyUrl,
    HTTP_PROXY: proxyUrl,
    https_proxy: proxyUrl,
    HTTPS_PROXY: proxyUrl,
    no_proxy: bypass.join(','),
    NO_PROXY: bypass.join(','),
    // Most of Node's HTTP clients look for no proxy, so they are led to it, in every process.
    NODE_OPTIONS: nodeOptions(environment.NODE_OPTIONS),
    [PROXY_VARIABLE]: proxyUrl,
    _CONNECT_APPS_AUTHORITY: trust.authority,
    // Requests to other hosts then take the same route as in other languages.
    NODE_USE_ENV_PROXY: '1',
    NODE_EXTRA_CA_CERTS: trust.bundle,
    SSL_CERT_FILE: trust.bundle,
    REQUESTS_CA_BUNDLE: trust.bundle,
    CURL_CA_BUNDLE: trust.bundle,
    TWILIO_CA_BUNDLE: trust.bundle,
    // An empty first entry stands for PHP's own folder.
    PHP_INI_SCAN_DIR: `${environment.PHP_INI_SCAN_DIR ?? ''}${delimiter}${trust.phpIniFolder}`,
    JAVA_TOOL_OPTIONS: javaOptions(environment.JAVA_TOOL_OPTIONS, proxyUrl, trust, bypass),
    // They would only lead to other names of the same API, and past a base URL set by hand.
    TWILIO_REGION: undefined,
    TWILIO_EDGE: undefined,
    ...adminSettings(environment, server),
    ...ownOrDemoCredentials(environment, credentials),
  };
}

/** Marks the processes of one exec: no other one has the same address at the same time. */
export const PROXY_VARIABLE = '_CONNECT_APPS_PROXY';

// Next to this file in a checkout, and in the same place in an installed package.
const PRELOAD = fileURLToPath(new URL('../../src/exec/node-preload.cjs', import.meta.url));

/** Ours comes first, because the user's preloads may already make requests. */
function nodeOptions(present: string | undefined): string {
  const quoted = PRELOAD.replace(/[\\"]/g, '\\$&');
  return [`--require "${quoted}"`, present].filter(Boolean).join(' ');
}

const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

/** The user's NO_PROXY without the entries that lead past the proxy to Twilio. */
function bypassedHosts(environment: NodeJS.ProcessEnv): string[] {
  const entries = (environment.no_proxy ?? environment.NO_PROXY ?? '').split(/[\s,]+/);
  const kept = entries.filter((entry) => entry !== '' && !isBypassOfTwilio(entry));
  return [...new Set([...LOOPBACK, ...kept])];
}

/** Java's system properties; if two have the same name, the later one wins. */
function javaOptions(
  present: string | undefined,
  proxyUrl: string,
  trust: TrustFiles,
  bypass: string[],
): string {
  const { hostname, port } = new URL(proxyUrl);
  const notProxied = [...bypass, '127.*', '[::1]'].map((entry) => entry.replace(/^\./, '*.'));
  const options = [
    `-Dhttp.proxyHost=${hostname}`,
    `-Dhttp.proxyPort=${port}`,
    `-Dhttps.proxyHost=${hostname}`,
    `-Dhttps.proxyPort=${port}`,
    `-Dhttp.nonProxyHosts=${notProxied.join('|')}`,
    `"-Djavax.net.ssl.trustStore=${trust.javaTrustStore}"`,
    '-Djavax.net.ssl.trustStoreType=PKCS12',
    '-Djavax.net.ssl.trustStorePassword=',
  ];
  return [present, ...options].filter(Boolean).join(' ');
}

/** A SID and a token belong together: the demo's token would not open an account of the user's. */
function ownOrDemoCredentials(
  environment: NodeJS.ProcessEnv,
  { accountSid, authToken }: ChildSettings['credentials'],
): NodeJS.ProcessEnv {
  if (environment.TWILIO_ACCOUNT_SID || environment.TWILIO_AUTH_TOKEN) return {};
  return { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken };
}

/** Commands of ours act on that server when there is a key of it; otherwise where they would without `exec`. */
function adminSettings(
  environment: NodeJS.ProcessEnv,
  { url, adminKey = environment.CONNECT_APPS_ADMIN_KEY }: ChildSettings['server'],
): NodeJS.ProcessEnv {
  return adminKey ? { CONNECT_APPS_URL: url, CONNECT_APPS_ADMIN_KEY: adminKey } : {};
}
