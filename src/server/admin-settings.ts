/** The settings of the admin API: what opens it, and where commands find it. */

import { settingProblem as invalid } from './setting.ts';

/** Reads the key of the admin API, which must be too long to be found by trying; empty: none. */
export function parseAdminKey(text: string): string | undefined {
  if (text === '') return undefined;
  if (/^[!-~]{32,}$/.test(text)) return text;
  throw invalid('ADMIN_KEY', 'at least 32 visible ASCII characters: openssl rand -hex 32');
}

/** Reads the origin of the server that commands act on; empty: none. */
export function parseServerUrl(text: string): string | undefined {
  if (text === '') return undefined;
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.pathname === '/') {
    return url.origin;
  }
  throw invalid('URL', 'the origin of a server, such as http://127.0.0.1:2010');
}
