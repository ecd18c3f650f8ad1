/** The settings of sign-in with the platform's own identities (OpenID Connect), and of passwords beside it. */

import { BlockList, isIP } from 'node:net';
import type { ProviderSettings } from '../oidc/provider.ts';
import { Problem } from '../problem.ts';
import { PREFIX, settingProblem } from './setting.ts';

export interface SignInSettings {
  /** Undefined: nobody signs in with another provider's identity. */
  readonly provider: ProviderSettings | undefined;
  /** Whether people may sign in with a password. */
  readonly hasPasswords: boolean;
}

/** Reads the texts of the OIDC_ settings, empty for those that are not set; raises `setting_invalid`. */
export function parseSignIn(given: {
  issuer: string;
  clientId: string;
  clientSecret: string;
  name: string;
  scopes: string;
  accountsClaim: string;
  operatorClaim: string;
  hasPasswords: boolean;
}): SignInSettings {
  const { hasPasswords, issuer, clientId, clientSecret, ...others } = given;
  if (issuer === '') {
    const orphan = [
      ['OIDC_CLIENT_ID', clientId],
      ['OIDC_CLIENT_SECRET', clientSecret],
      ['OIDC_NAME', others.name],
      ['OIDC_ACCOUNTS_CLAIM', others.accountsClaim],
      ['OIDC_OPERATOR_CLAIM', others.operatorClaim],
    ].find(([, value]) => value !== '');
    if (orphan) throw missing(`${PREFIX}${orphan[0]} is set`, 'OIDC_ISSUER');
    if (!hasPasswords) throw missing(`${PREFIX}PASSWORD_SIGN_IN is false`, 'OIDC_ISSUER');
    return { provider: undefined, hasPasswords };
  }
  if (clientId === '') throw missing(`${PREFIX}OIDC_ISSUER is set`, 'OIDC_CLIENT_ID');
  const scopes = others.scopes.split(/\s+/);
  if (!scopes.includes('openid')) throw settingProblem('OIDC_SCOPES', 'scopes with openid in them');
  const [operatorClaim, operatorValue] = split(others.operatorClaim);
  return {
    provider: {
      issuer: parseIssuer(issuer),
      clientId,
      clientSecret: clientSecret || undefined,
      name: others.name || new URL(issuer).host,
      scopes: scopes.join(' '),
      accountsClaim: others.accountsClaim || undefined,
      operatorClaim:
        operatorClaim === '' ? undefined : { name: operatorClaim, value: operatorValue },
    },
    hasPasswords,
  };
}

/** "groups=operators": the claim has this value, or is a list with it. "operator": the claim is true. */
function split(text: string): [name: string, value: string | undefined] {
  const at = text.lastIndexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** The issuer without anything that is not part of it (OpenID Connect Discovery 1.0, section 3). */
function parseIssuer(text: string): string {
  const url = URL.parse(text);
  const isPlain = url !== null && url.search === '' && url.hash === '' && url.username === '';
  const isSecure = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url));
  if (isPlain && isSecure) return text;
  throw settingProblem(
    'OIDC_ISSUER',
    'an https URL without a query, such as https://login.example.com',
  );
}

function isLoopback({ hostname }: URL): boolean {
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8);
  loopback.addAddress('::1', 'ipv6');
  return isIP(address) === 0
    ? hostname === 'localhost'
    : loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function missing(what: string, name: string): Problem {
  return new Problem('setting_invalid', `${what}, but ${PREFIX}${name} is not. Set both.`);
}
