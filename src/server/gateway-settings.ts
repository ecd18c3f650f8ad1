/** The settings of the platform's side: the port of gateways, the rules of routes, what is signed. */

import { readRules } from '../gateway/rules-file.ts';
import { Problem } from '../problem.ts';
import { oneOf, PREFIX, settingProblem, wholeNumber } from './setting.ts';

export interface GatewaySettings {
  /** 0: any free port. */
  readonly port: number;
  readonly host: string;
  /** The secret that a gateway sends; undefined if it needs none. */
  readonly token: string | undefined;
  /** The file with the rules of routes; undefined: the built-in table alone. */
  readonly routeRules: string | undefined;
  /** Whether credentials of accounts that only the platform knows pass, for the platform to check. */
  readonly passesUnknown: boolean;
  /** Whether every decision that lets a request pass is also signed. */
  readonly signs: boolean;
}

/** The defaults of these settings. */
export const GATEWAY_DEFAULTS = {
  GATEWAY_PORT: '',
  GATEWAY_HOST: '127.0.0.1',
  GATEWAY_TOKEN: '',
  ROUTE_RULES: '',
  UNKNOWN_ACCOUNTS: 'refuse',
  GATEWAY_SIGNING: 'off',
} as const;

type Name = keyof typeof GATEWAY_DEFAULTS;

const MIN_TOKEN_LENGTH = 16;

/** Reads the settings; undefined without a port, which the others need: `setting_invalid`. */
export function parseGateway(text: (name: Name) => string): GatewaySettings | undefined {
  const port = text('GATEWAY_PORT');
  const host = text('GATEWAY_HOST');
  const token = text('GATEWAY_TOKEN') || undefined;
  const routeRules = text('ROUTE_RULES') || undefined;
  const unknown = oneOf('UNKNOWN_ACCOUNTS', ['refuse', 'pass'], text('UNKNOWN_ACCOUNTS'));
  const signing = oneOf('GATEWAY_SIGNING', ['off', 'on'], text('GATEWAY_SIGNING'));
  if (port === '') {
    const orphan = [
      ['GATEWAY_TOKEN', token !== undefined],
      ['ROUTE_RULES', routeRules !== undefined],
      ['UNKNOWN_ACCOUNTS', unknown === 'pass'],
      ['GATEWAY_SIGNING', signing === 'on'],
    ].find(([, isSet]) => isSet);
    if (orphan) throw needsPort(String(orphan[0]));
    return undefined;
  }
  if (token !== undefined && !(token.length >= MIN_TOKEN_LENGTH && /^[!-~]+$/.test(token))) {
    throw settingProblem('GATEWAY_TOKEN', `at least ${MIN_TOKEN_LENGTH} characters without spaces`);
  }
  return {
    port: wholeNumber('GATEWAY_PORT', port, 65_535),
    host: host === 'localhost' ? '127.0.0.1' : host,
    token,
    routeRules,
    passesUnknown: unknown === 'pass',
    signs: signing === 'on',
  };
}

/** Raises `setting_invalid` unless the rules can be read and only gateways can ask. */
export function checkGateway(gateway: GatewaySettings | undefined, workers: number): void {
  if (gateway === undefined) return;
  readRules(gateway.routeRules);
  const { host, token, port } = gateway;
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

function needsPort(name: string): Problem {
  return new Problem(
    'setting_invalid',
    `${PREFIX}${name} is set, but ${PREFIX}GATEWAY_PORT is not. Set the port that your gateway asks.`,
  );
}
