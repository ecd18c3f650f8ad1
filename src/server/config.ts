/**
 * Settings: the environment, and the file that --env-file names -> one frozen, checked Config. The only
 * reader of process.env; .env.example lists the same settings, and a test compares the two. Names that
 * lack the prefix belong to other programs and are never read.
 */

import { join } from 'node:path';
import { isNetwork } from '../network.ts';
import { LOG_LEVELS, type LogLevel } from '../observability/logger.ts';
import type { BrandSettings } from '../pages/brand.ts';
import { parseAdminKey, parseServerUrl } from './admin-settings.ts';
import { parseBrand } from './brand-settings.ts';
import { type DatabaseUrl, parseDatabaseUrl } from './database-url.ts';
import { GATEWAY_DEFAULTS, type GatewaySettings, parseGateway } from './gateway-settings.ts';
import { parseSignIn, type SignInSettings } from './oidc-settings.ts';
import {
  flag,
  settingProblem as invalid,
  oneOf,
  PREFIX,
  parseOrigin,
  wholeNumber,
} from './setting.ts';
import { readEnvFile, readSecretFiles } from './setting-files.ts';

/** Text settings by name, without the prefix that they have in the environment. */
export type Settings = Readonly<Record<string, string | undefined>>;

export interface Config {
  readonly port: number;
  readonly host: string;
  /** The folder of this project's database and key, which nothing else shares. */
  readonly dataDir: string;
  readonly database: DatabaseUrl;
  /** The origin that browsers and callbacks see; undefined: the address that the server listens on. */
  readonly publicUrl: string | undefined;
  readonly secretKey: string | undefined;
  /** A key that is used only to read: the previous secret key, or the next one. */
  readonly previousSecretKey: string | undefined;
  /** Processes that share the port. */
  readonly workers: number;
  /** How long a stopping server keeps answering, so that proxies notice first. */
  readonly drainSeconds: number;
  /** The separate port of /metrics. undefined: none. 0: any free port. */
  readonly metricsPort: number | undefined;
  /** Whether the public port has /metrics, too. */
  readonly hasPublicMetrics: boolean;
  /** Whether stand-ins answer for Twilio's other resources: never in production. */
  readonly hasStandIns: boolean;
  readonly logLevel: LogLevel;
  readonly allowConnectAppDelete: boolean;
  readonly strictPageSize: boolean;
  /** Whether an API key of an app's owner acts for a sandbox that the path names. */
  readonly keysActForApps: boolean;
  /** Units of work a second for each account with its subaccounts; 0 for no limit. */
  readonly rateLimitPerSecond: number;
  readonly trustProxy: readonly string[];
  readonly callbackAllowedNetworks: readonly string[];
  /** Opens the admin API; undefined: there is none. A command sends it to the server at `serverUrl`. */
  readonly adminKey: string | undefined;
  /** The server that commands act on; undefined: on the database. */
  readonly serverUrl: string | undefined;
  /** Name, logo, colour and links on every page. */
  readonly brand: BrandSettings;
  /** How people sign in. */
  readonly signIn: SignInSettings;
  /** The platform's side; undefined: there is no platform. */
  readonly gateway: GatewaySettings | undefined;
}

/** The default of each setting, for each way to run. */
const DEFAULTS = {
  PORT: '2010',
  HOST: '127.0.0.1',
  DATA_DIR: '.connect-apps',
  DATABASE_URL: '',
  DATABASE_POOL_SIZE: '10',
  PUBLIC_URL: '',
  SECRET_KEY: '',
  PREVIOUS_SECRET_KEY: '',
  WORKERS: '1',
  DRAIN_SECONDS: '',
  METRICS_PORT: '',
  LOG_LEVEL: 'info',
  ALLOW_CONNECT_APP_DELETE: 'false',
  STRICT_PAGE_SIZE: 'false',
  KEYS_ACT_FOR_APPS: 'false',
  RATE_LIMIT_PER_SECOND: '',
  TRUST_PROXY: '',
  CALLBACK_ALLOWED_NETWORKS: '',
  ADMIN_KEY: '',
  URL: '',
  BRAND_NAME: '',
  BRAND_LOGO_URL: '',
  BRAND_LOGO_FILE: '',
  BRAND_COLOUR: '',
  BRAND_LINKS: '',
  OIDC_ISSUER: '',
  OIDC_CLIENT_ID: '',
  OIDC_CLIENT_SECRET: '',
  OIDC_NAME: '',
  OIDC_SCOPES: 'openid email',
  OIDC_ACCOUNTS_CLAIM: '',
  OIDC_OPERATOR_CLAIM: '',
  PASSWORD_SIGN_IN: 'true',
  ...GATEWAY_DEFAULTS,
} as const;

type SettingName = keyof typeof DEFAULTS;

/** The names of all settings. */
export const SETTING_NAMES = Object.keys(DEFAULTS);

export interface GivenSettings {
  readonly settings: Settings;
  /** A sentence for each name that begins like a setting and is none. */
  readonly unknown: readonly string[];
}

/** Reads the file that was named, and the environment, which wins. */
export function readSettings(envFile?: string, environment: Settings = process.env): GivenSettings {
  const ofFile = readSecretFiles(envFile === undefined ? {} : readEnvFile(envFile));
  const given = readSecretFiles(environment);
  return {
    settings: { ...settingsIn(ofFile), ...settingsIn(given) },
    unknown: [...unknownIn(ofFile, envFile ?? ''), ...unknownIn(given, 'The environment')],
  };
}

/** Whether the user wants to see the inside of failures. */
export function isDebugging(): boolean {
  const level = process.env[`${PREFIX}LOG_LEVEL`];
  return level === 'debug' || level === 'trace';
}

/** The unchanged environment of this process, for its children. */
export function rawEnvironment(): Settings {
  return { ...process.env };
}

function settingsIn(environment: Settings): Settings {
  return Object.fromEntries(
    SETTING_NAMES.map((name) => [name, environment[PREFIX + name]]).filter(
      ([, value]) => value !== undefined,
    ),
  );
}

function unknownIn(environment: Settings, place: string): string[] {
  const given = Object.keys(environment).filter((name) => name.startsWith(PREFIX));
  const unknown = given.filter((name) => !SETTING_NAMES.includes(name.slice(PREFIX.length)));
  return unknown.map(
    (name) =>
      `${place} has the unknown setting ${name}. The settings are: ${PREFIX}${SETTING_NAMES.join(`, ${PREFIX}`)}.`,
  );
}

/** Checks the settings and fills in defaults; raises `setting_invalid` with what to do. */
export function createConfig(settings: Settings, mode: 'development' | 'production'): Config {
  const isDevelopment = mode === 'development';
  const text = (name: SettingName) => settings[name]?.trim() || DEFAULTS[name];
  const list = (name: SettingName, inDevelopment: readonly string[] = []) => {
    const items = text(name)
      .split(',')
      .map((item) => item.trim());
    const given = items.filter((item) => item !== '');
    if (!given.every(isNetwork))
      throw invalid(name, 'IP addresses or CIDR blocks, comma-separated');
    return given.length === 0 && isDevelopment ? inDevelopment : given;
  };
  const drain = text('DRAIN_SECONDS') || (isDevelopment ? '0' : '5');
  const metricsPort = text('METRICS_PORT');
  const limit = text('RATE_LIMIT_PER_SECOND') || (isDevelopment ? '0' : '100');
  const dataDir = text('DATA_DIR');
  const gateway = parseGateway(text);
  return Object.freeze({
    port: wholeNumber('PORT', text('PORT'), 65_535),
    host: text('HOST'),
    dataDir,
    database: parseDatabaseUrl(
      text('DATABASE_URL') || `sqlite:${join(dataDir, 'connect-apps.db')}`,
      text('DATABASE_POOL_SIZE'),
    ),
    publicUrl: parseOrigin('PUBLIC_URL', text('PUBLIC_URL'), 'https://connect.example.com')?.origin,
    secretKey: text('SECRET_KEY') || undefined,
    previousSecretKey: text('PREVIOUS_SECRET_KEY') || undefined,
    workers: Math.max(1, wholeNumber('WORKERS', text('WORKERS'), 128)),
    drainSeconds: wholeNumber('DRAIN_SECONDS', drain, 3600),
    metricsPort: metricsPort === '' ? undefined : wholeNumber('METRICS_PORT', metricsPort, 65_535),
    hasPublicMetrics: isDevelopment,
    // A platform has the resources themselves.
    hasStandIns: isDevelopment && gateway?.upstream === undefined,
    logLevel: oneOf('LOG_LEVEL', LOG_LEVELS, text('LOG_LEVEL')),
    allowConnectAppDelete: flag('ALLOW_CONNECT_APP_DELETE', text('ALLOW_CONNECT_APP_DELETE')),
    strictPageSize: flag('STRICT_PAGE_SIZE', text('STRICT_PAGE_SIZE')),
    keysActForApps: flag('KEYS_ACT_FOR_APPS', text('KEYS_ACT_FOR_APPS')),
    rateLimitPerSecond: wholeNumber('RATE_LIMIT_PER_SECOND', limit, 1_000_000),
    trustProxy: list('TRUST_PROXY'),
    callbackAllowedNetworks: list('CALLBACK_ALLOWED_NETWORKS', ['127.0.0.0/8', '::1/128']),
    adminKey: parseAdminKey(text('ADMIN_KEY')),
    serverUrl: parseServerUrl(text('URL')),
    brand: parseBrand({
      name: text('BRAND_NAME'),
      logoUrl: text('BRAND_LOGO_URL'),
      logoFile: text('BRAND_LOGO_FILE'),
      colour: text('BRAND_COLOUR'),
      links: text('BRAND_LINKS'),
    }),
    signIn: parseSignIn({
      issuer: text('OIDC_ISSUER'),
      clientId: text('OIDC_CLIENT_ID'),
      clientSecret: text('OIDC_CLIENT_SECRET'),
      name: text('OIDC_NAME'),
      scopes: text('OIDC_SCOPES'),
      accountsClaim: text('OIDC_ACCOUNTS_CLAIM'),
      operatorClaim: text('OIDC_OPERATOR_CLAIM'),
      hasPasswords: flag('PASSWORD_SIGN_IN', text('PASSWORD_SIGN_IN')),
    }),
    gateway,
  });
}
