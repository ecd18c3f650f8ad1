/**
 * Which URLs are taken as parameters: absolute http and https URLs in the characters of RFC 3986, with a
 * host that every client can call and reads as it was written. A refusal says what to write instead.
 */

import { domainToASCII, domainToUnicode } from 'node:url';

/** What RFC 3986 (section 2) leaves out, and brackets, which are for IPv6 hosts only. */
const UNSAFE = /[^\w\-.~:/?#@!$&'()*+,;=%]/u;
const EVERY_UNSAFE = new RegExp(UNSAFE, 'gu');
const BROKEN_ESCAPES = /%(?![0-9a-f]{2})/gi;
const PARTS =
  /^(?<scheme>https?:\/\/)(?:(?<userInfo>[^/?#]*)@)?(?<host>\[[^/?#]*\]|[^:/?#@]*)(?<port>:[^/?#]*)?(?<path>[^#]*)(?:#(?<fragment>.*))?$/isu;

/** The longest label and name that DNS has (RFC 1035, section 2.3.4). */
const MAX_LABEL_LENGTH = 63;
const MAX_NAME_LENGTH = 253;

const NOT_ABSOLUTE = 'must be an absolute http or https URL, such as https://example.com/path';

/** Describes what is wrong with a URL and what to write instead; undefined if it is valid. */
export function findUrlFault(text: string): string | undefined {
  const groups = PARTS.exec(text)?.groups;
  if (groups === undefined) return NOT_ABSOLUTE;
  const { scheme = '', userInfo, host = '', port = '', path = '', fragment } = groups;
  const fault =
    findHostFault(host) ??
    findPortFault(port) ??
    findCharacterFault(userInfo, '@') ??
    findCharacterFault(path) ??
    findCharacterFault(fragment, '#');
  if (fault === undefined) return URL.canParse(text) ? undefined : NOT_ABSOLUTE;

  const repaired = [
    scheme,
    userInfo === undefined ? '' : `${escapeUnsafe(userInfo, '@')}@`,
    host.startsWith('[') ? host : domainToASCII(host),
    port,
    escapeUnsafe(path),
    fragment === undefined ? '' : `#${escapeUnsafe(fragment, '#')}`,
  ].join('');
  return repaired !== text && findUrlFault(repaired) === undefined
    ? `${fault}, as in "${repaired}"`
    : fault;
}

/**
 * The URL in the one form in which it is called: as the WHATWG URL parser writes it, and without a
 * question mark that nothing follows, which some validators of signatures leave out. A text that is no
 * URL stays as it is.
 */
export function calledUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null) return text;
  if (url.search === '') url.search = '';
  return url.href;
}

function findHostFault(host: string): string | undefined {
  if (host === '') return NOT_ABSOLUTE;
  if (host.startsWith('[')) {
    const isAddress = /^\[[0-9a-f:.]+\]$/i.test(host) && URL.canParse(`http://${host}`);
    return isAddress
      ? undefined
      : 'must have an IPv6 address in its brackets, such as [2001:db8::1]';
  }
  if (host.includes('%')) return 'must have its host without percent-encoding';
  const unsafe = UNSAFE.exec(host)?.[0];
  const ascii = domainToASCII(host);
  if (unsafe !== undefined) {
    const fault = `must not have ${nameOf(unsafe)} in its host`;
    return UNSAFE.test(ascii) || findHostFault(ascii)
      ? fault
      : `${fault}; write the host as ${ascii}`;
  }
  const delimiter = /[^\w.-]/.exec(host)?.[0];
  if (delimiter !== undefined) return `must not have ${nameOf(delimiter)} in its host`;
  const labels = host.replace(/\.$/, '').split('.');
  if (labels.includes('')) return 'must not have an empty label in its host: one dot between names';
  if (host.length > MAX_NAME_LENGTH || labels.some((label) => label.length > MAX_LABEL_LENGTH)) {
    return `must have a host of at most ${MAX_NAME_LENGTH} characters, ${MAX_LABEL_LENGTH} between dots`;
  }
  const broken = labels.find((label) => /^xn--/i.test(label) && !isPunycode(label.toLowerCase()));
  if (broken !== undefined) return `has ${broken} in its host, which is not valid Punycode`;
  if (ascii === '') return 'must have a host that is a name or an address';
  return ascii === host.toLowerCase() ? undefined : `must have its host written as ${ascii}`;
}

function isPunycode(label: string): boolean {
  const name = domainToUnicode(label);
  return name !== label && domainToASCII(name) === label;
}

function findPortFault(port: string): string | undefined {
  const number = Number(port.slice(1));
  const isPort = /^(:\d{0,5})?$/.test(port) && number <= 65_535 && (number > 0 || port.length < 2);
  return isPort ? undefined : 'must have a port from 1 to 65535, or none';
}

/** The first character that must be escaped; `also` is a character that this part cannot contain. */
function findCharacterFault(part = '', also = ''): string | undefined {
  if (part.search(BROKEN_ESCAPES) !== -1) {
    return 'must not have a % that does not begin an escape; write it as %25';
  }
  const character =
    UNSAFE.exec(part)?.[0] ?? (also !== '' && part.includes(also) ? also : undefined);
  if (character === undefined) return undefined;
  return `must not have ${nameOf(character)}; write it as ${encodeURIComponent(character)}`;
}

function escapeUnsafe(part: string, also = ''): string {
  const escaped = part.replace(BROKEN_ESCAPES, '%25').replace(EVERY_UNSAFE, encodeURIComponent);
  return also === '' ? escaped : escaped.replaceAll(also, encodeURIComponent(also));
}

function nameOf(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  const number = `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
  return character === ' ' ? `a space (${number})` : `${character} (${number})`;
}
