/** Where consent sends the customer back to: the app's Authorize URL with the answer in its query. */

/** At most this much state is taken, in bytes as they stand in the link. */
export const MAX_STATE_BYTES = 4096;

/** What a consent link carries besides the app, exactly as sent: still percent-encoded. */
export interface LinkParameters {
  state: string | undefined;
  /** Where the app would like to be called back: only its query is of use. */
  cb: string | undefined;
}

/**
 * Reads a consent link. Nothing is decoded: decoding and encoding again would not give back the same
 * bytes. Of a parameter that is repeated the first counts.
 */
export function linkParametersOf(target: string): LinkParameters {
  const [, query = ''] = /\?([^#]*)/.exec(target) ?? [];
  const pairs = query.split('&');
  const rawOf = (name: string) =>
    pairs.find((one) => one === name || one.startsWith(`${name}=`))?.slice(name.length + 1);
  return { state: rawOf('state'), cb: rawOf('cb') };
}

/** The link with the same parameters. */
export function consentLink(connectAppSid: string, { state, cb }: LinkParameters): string {
  const query = [
    ...(state === undefined ? [] : [`state=${state}`]),
    ...(cb === undefined ? [] : [`cb=${cb}`]),
  ].join('&');
  return `/authorize/${connectAppSid}${query && `?${query}`}`;
}

/** The Authorize URL after Allow: with the subaccount, and the state if there was one. */
export function allowedUrl(url: string, accountSid: string, link: LinkParameters): string {
  const { state } = link;
  return append(url, [
    ...keptQuery(url, link),
    `AccountSid=${accountSid}`,
    ...(state === undefined ? [] : [`state=${state}`]),
  ]);
}

/** The Authorize URL after Deny, with its error parameter. */
export function deniedUrl(url: string, link: LinkParameters): string {
  return append(url, [...keptQuery(url, link), 'error=unauthorized_client']);
}

/** After an existing query, and before a fragment. */
function append(url: string, parameters: readonly string[]): string {
  const [base = '', fragment] = url.split('#', 2);
  const separator = !base.includes('?') ? '?' : /[?&]$/.test(base) ? '' : '&';
  return `${base}${separator}${parameters.join('&')}${fragment === undefined ? '' : `#${fragment}`}`;
}

const MAX_CB_BYTES = 4096;
/** Scheme and host without user-info, the path, and the query: visible ASCII, no backslash, no fragment. */
const CB = /^(?<origin>https?:\/\/[^/?#@\\]+)(?<path>\/[^?#\\]*)?(?:\?(?<query>[^#\\]*))?$/i;
const VISIBLE = /^[\x21-\x7e]*$/;

/**
 * The parameters that the `cb` of a link adds to the Authorize URL: those of its query, when it names the
 * same place; none of any other. Our own answers cannot be among them, so that each is there once.
 */
function keptQuery(url: string, { cb, state }: LinkParameters): string[] {
  const query = queryOfSamePlace(url, cb);
  if (query === undefined) return [];
  const own = url.split('#', 1)[0]?.split('?').slice(1).join('?').split('&') ?? [];
  return query
    .split('&')
    .filter((pair) => pair !== '' && !own.includes(pair) && !isOurs(pair, state !== undefined));
}

function queryOfSamePlace(url: string, cb: string | undefined): string | undefined {
  if (cb === undefined || cb.length > MAX_CB_BYTES) return undefined;
  const text = decode(cb);
  const parts = text !== undefined && VISIBLE.test(text) ? CB.exec(text)?.groups : undefined;
  if (text === undefined || parts === undefined) return undefined;
  const [asked, stored] = [URL.parse(text), URL.parse(url)];
  if (asked === null || stored === null || asked.origin !== stored.origin) return undefined;
  // Compared as written, too: a path that only comes to the same has no business here.
  const isSamePath = asked.pathname === stored.pathname && (parts.path ?? '/') === asked.pathname;
  return isSamePath ? parts.query : undefined;
}

/** Whether a parameter has one of our names, in any spelling, including PHP and Rails array syntax. */
function isOurs(pair: string, hasState: boolean): boolean {
  const name = decode(pair.split('=', 1)[0] ?? '')
    ?.split('[', 1)[0]
    ?.toLowerCase();
  if (name === undefined) return true;
  return name === 'accountsid' || name === 'error' || (hasState && name === 'state');
}

/** As a form decodes it; undefined for what is none. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
