/** The settings of the platform's side: the port of gateways, the platform, the rules of routes, what is signed. */

import { readRules } from '../gateway/rules-file.ts';
import { Problem } from '../problem.ts';
import { oneOf, PREFIX, parseOrigin, settingProblem, wholeNumber } from './setting.ts';

export interface GatewaySettings {
  /** Of gateways; 0: any free port, undefined: none. */
  readonly port: number | undefined;
  readonly host: string;
  /** The secret that a gateway sends; undefined if it needs none. */
  readonly token: string | undefined;
  /** The file with the rules of routes; undefined: the built-in table alone. */
  readonly routeRules: string | undefined;
  /** Whether credentials of accounts that only the platform knows pass, for the platform to check. */
  readonly passesUnknown: boolean;
  /** Whether every decision that lets a request pass is also signed. */
  readonly signs: boolean;
  /** The platform that requests are passed on to; undefined: a gateway does that. */
  readonly upstream: URL | undefined;
  /** Names and values, in turn, that such a request gets on its way. */
  readonly upstreamHeaders: string[];
}

/** The defaults of these settings. */
export const GATEWAY_DEFAULTS = {
  GATEWAY_PORT: '',
  GATEWAY_HOST: '127.0.0.1',
  GATEWAY_TOKEN: '',
  ROUTE_RULES: '',
  UNKNOWN_ACCOUNTS: 'refuse',
  GATEWAY_SIGNING: 'off',
  UPSTREAM: '',
  UPSTREAM_HEADERS: '',
} as const;

type Name = keyof typeof GATEWAY_DEFAULTS;

const MIN_TOKEN_LENGTH = 16;

/** Reads the settings; undefined with neither a port nor an upstream, one of which the others need. */
export function parseGateway(text: (name: Name) => string): GatewaySettings | undefined {
  const port = text('GATEWAY_PORT');
  const host = text('GATEWAY_HOST');
  const token = text('GATEWAY_TOKEN') || undefined;
  const routeRules = text('ROUTE_RULES') || undefined;
  const unknown = oneOf('UNKNOWN_ACCOUNTS', ['refuse', 'pass'], text('UNKNOWN_ACCOUNTS'));
  const signing = oneOf('GATEWAY_SIGNING', ['off', 'on'], text('GATEWAY_SIGNING'));
  // With a path, the platform would get other bytes than those that are decided on.
  const upstream = parseOrigin('UPSTREAM', text('UPSTREAM'), 'http://127.0.0.1:3000');
  const upstreamHeaders = parseHeaders(text('UPSTREAM_HEADERS'));
  if (port === '' && token !== undefined) {
    throw needs('GATEWAY_TOKEN', ['GATEWAY_PORT'], 'Set the port that your gateway asks.');
  }
  if (upstream === undefined && upstreamHeaders.length > 0) {
    throw needs('UPSTREAM_HEADERS', ['UPSTREAM'], 'Set the origin of your platform.');
  }
  if (port === '' && upstream === undefined) {
    const [orphan] = [
      ...(routeRules === undefined ? [] : ['ROUTE_RULES']),
      ...(unknown === 'pass' ? ['UNKNOWN_ACCOUNTS'] : []),
      ...(signing === 'on' ? ['GATEWAY_SIGNING'] : []),
    ];
    if (orphan === undefined) return undefined;
    const remedy = 'Set the port that your gateway asks, or the origin of your platform.';
    throw needs(orphan, ['GATEWAY_PORT', 'UPSTREAM'], remedy);
  }
  if (token !== undefined && !(token.length >= MIN_TOKEN_LENGTH && /^[!-~]+$/.test(token))) {
    throw settingProblem('GATEWAY_TOKEN', `at least ${MIN_TOKEN_LENGTH} characters without spaces`);
  }
  return {
    port: port === '' ? undefined : wholeNumber('GATEWAY_PORT', port, 65_535),
    host: host === 'localhost' ? '127.0.0.1' : host,
    token,
    routeRules,
    passesUnknown: unknown === 'pass',
    signs: signing === 'on',
    upstream,
    upstreamHeaders,
  };
}

/** Raises `setting_invalid` unless the rules can be read and only gateways can ask. */
export function checkGateway(gateway: GatewaySettings | undefined, workers: number): void {
  if (gateway === undefined) return;
  readRules(gateway.routeRules);
  const { host, token, port } = gateway;
  if (port === undefined) return;
  if (token === undefined && !/^(?:127\.|::1$)/.test(host)) {
    throw new Problem(
      'setting_invalid',
      `${PREFIX}GATEWAY_HOST is ${host}, which other machines can reach, but ${PREFIX}GATEWAY_TOKEN is not set. Set it, and let your gateway send it in X-Connect-Gateway-Token.`,
    );
  }
  if (port === 0 && workers > 1) {
    throw settingProblem('GATEWAY_PORT', 'a port, and not 0, if several workers share it');
  }
}

/** Headers that frame a message, or that this server says itself. */
const RESERVED =
  /^(?:connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|content-length|via|x-connect-.*|twilio-request-id)$/i;

function parseHeaders(text: string): string[] {
  if (text === '') return [];
  return text.split(',').flatMap((pair) => {
    const [, name = '', value = ''] = /^\s*([\w!#$%&'*+.^`|~-]+)=([ -~]*)$/.exec(pair) ?? [];
    if (name === '' || RESERVED.test(name)) {
      throw settingProblem(
        'UPSTREAM_HEADERS',
        'Name=value,Name=value, and no header that frames a message or that connect-apps sets itself',
      );
    }
    return [name, value.trim()];
  });
}

function needs(name: string, missing: readonly string[], remedy: string): Problem {
  const [first = '', second] = missing.map((other) => PREFIX + other);
  const lacking = second === undefined ? `${first} is not` : `neither ${first} nor ${second} is`;
  return new Problem('setting_invalid', `${PREFIX}${name} is set, but ${lacking}. ${remedy}`);
}
