/**
 * The interface of `connect-apps/testing`: all the types that a program needs to compile, and nothing of what is
 * behind them.
 */

/// <reference lib="esnext.disposable" preserve="true" />

/** An account, and the person who signs in to it. */
export interface Credentials {
  accountSid: string;
  authToken: string;
  email: string;
  password: string;
}

export interface Options {
  /** The same number gives the same SIDs, tokens and answers on every run; random when absent. */
  seed?: number;
  /** Where the clock stands until it is turned; when absent it shows the real time, and runs. */
  now?: Date | string;
  /** What there is besides the two accounts: what `export()` returned, or the path of a JSON or YAML file with it. */
  fixture?: Fixture | string;
  /** The port on 127.0.0.1; 0, the default, takes any that is free. */
  port?: number;
  /** `all` prints what came, what was decided and what went out on standard error; `refused` only what was refused. */
  log?: 'silent' | 'refused' | 'all';
}

/** A server that answers, with accounts, a clock, an inbox and a journal that no other world shares. */
export interface World extends AsyncDisposable {
  /** Where it answers, such as `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly id: string;
  /** Owns Connect Apps. */
  readonly developer: Credentials;
  /** Authorizes them. */
  readonly customer: Credentials;
  /** An app of the developer that is there from the start. */
  readonly connectApp: ConnectApp;
  /**
   * For a child process: CONNECT_APPS_URL and CONNECT_APPS_ADMIN_KEY, with which `connect-apps` commands act on this
   * world, and the developer's TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.
   */
  readonly env: Record<string, string>;
  /**
   * Lets a client of `twilio` call this world, and returns it.
   *
   * @example
   * const client = world.connect(twilio(accountSid, world.developer.authToken));
   */
  connect<Client extends TwilioClient>(client: Client): Client;
  /** Creates a Connect App of the developer; what is absent is filled in, and its URLs are those of the inbox. */
  createApp(properties?: Partial<AppProperties>): Promise<ConnectApp>;
  /** Creates an account with a person of its own, or with `owner` a subaccount of that account. */
  createAccount(properties?: AccountOptions): Promise<Credentials>;
  /** Plays a customer of an app without a browser: by default the world's own. */
  customerOf(connectAppSid: string, accountSid?: string): Customer;
  /** Receives the callbacks of every app that names its URL. */
  readonly inbox: Inbox;
  readonly clock: WorldClock;
  readonly requests: Requests;
  /**
   * Lets requests fail that match, and returns what ends it.
   *
   * @example
   * world.fail({ method: 'GET' }, { status: 429, retryAfter: 1, times: 2 });
   */
  fail(filter: RequestFilter, how: Failure): () => void;
  /**
   * Waits for what is under way, then goes back: to how the world began, to no account at all, or to a snapshot.
   * The clock, seeded IDs, inbox, journal and faults go back, too.
   */
  reset(to?: 'seed' | 'empty' | (string & {})): Promise<void>;
  /** Keeps everything as it is now, to be loaded with `reset(name)`; returns the name. */
  snapshot(name?: string): Promise<string>;
  /** Accounts with tokens, people, apps and authorizations, as JSON for a fixture. */
  export(): Promise<Fixture>;
  /** Adds what a fixture has to what there is. */
  import(fixture: Fixture): Promise<void>;
  /** Finishes what is under way, and leaves nothing open; twice does no harm. */
  close(): Promise<void>;
}

/** What is needed of a client of `twilio`: its HTTP client is replaced. */
export interface TwilioClient {
  httpClient: { request(options: never): Promise<unknown> };
}

export interface AppProperties {
  friendlyName: string | null;
  description: string | null;
  companyName: string | null;
  homepageUrl: string | null;
  authorizeRedirectUrl: string | null;
  deauthorizeCallbackUrl: string | null;
  deauthorizeCallbackMethod: 'GET' | 'POST' | null;
  permissions: readonly ('get-all' | 'post-all')[];
  logoUrl: string | null;
  termsOfServiceUrl: string | null;
}

export interface ConnectApp extends AppProperties {
  sid: string;
  accountSid: string;
}

export interface AccountOptions {
  friendlyName?: string;
  /** The parent; the new account is then a subaccount, which its parent's people sign in to. */
  owner?: string;
  type?: 'Full' | 'Trial';
}

export interface Customer {
  /** The page that asks for consent. */
  readonly consentUrl: string;
  /** Authorizes the app, and returns where the browser is sent and the subaccount for the app. */
  allow(
    options?: Answering,
  ): Promise<{ redirect: URL; accountSid: string; status?: number | null }>;
  /** Denies it. */
  deny(options?: Answering): Promise<{ redirect: URL; status?: number | null }>;
  /** Removes the app: its Deauthorize URL is called. */
  revoke(): Promise<void>;
  /** A `Cookie` header that is signed in as a person of this account, for a browser. */
  cookie(): Promise<string>;
}

export interface Answering {
  /** Comes back with the redirect. */
  state?: string;
  /** Calls the redirect as a browser would; `status` is then the app's answer, or null without one. */
  follow?: boolean;
}

/** One attempt to deliver a callback to the inbox. */
export interface Callback {
  /** AccountSid, the subaccount that is lost, and ConnectAppSid. */
  params: Record<string, string>;
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  signatureIsValid: boolean;
  /** The text that the signature should be of. */
  signed: string;
  /** 1 for the first attempt of a callback. */
  attempt: number;
  /** When it came, by the world's clock. */
  at: string;
  /** How the inbox answered; null when it did not. */
  status: number | null;
}

/** How the inbox answers one callback. A delay takes no real time: after 15 s the attempt has timed out. */
export type Reply = number | { status?: number; delayMs?: number; drop?: true };

export interface Inbox {
  /** A URL for apps: what is sent there never leaves the process. */
  readonly url: string;
  /** The next callback that was not returned before; fails after `timeoutMs`, by default 2 s. */
  next(options?: { timeoutMs?: number }): Promise<Callback>;
  /** All that came, in order. */
  all(): Callback[];
  /** Sets the answers to come, one after the other; after them it is 204 again. */
  answer(...replies: Reply[]): void;
}

/** An attempt that became due while the clock was turned. */
export interface Done {
  callback: string;
  attempt: number;
  status: number | null;
}

export interface Advanced {
  now: Date;
  done: Done[];
}

export interface WorldClock {
  now(): Date;
  /** Turns the clock to a later time; resolves when all that became due has been done, each at its own time. */
  set(to: Date | string): Promise<Advanced>;
  /** The same by a span: milliseconds, or a text such as `90s`, `5m`, `2h`, `3d`. */
  advance(by: string | number): Promise<Advanced>;
  /** Stops it. */
  freeze(): void;
  /** Lets it run from where it stands. */
  run(): void;
}

/** All that is given must be so. In `path`, `*` stands for any text. */
export interface RequestFilter {
  method?: string;
  /** The path as it was sent, without the query. */
  path?: string;
  /** The pattern of the route, such as `/2010-04-01/Accounts/:AccountSid/ConnectApps`. */
  route?: string;
  status?: number;
  /** The account of the path or of the credentials. */
  account?: string;
}

/** A request that was answered. */
export interface Logged {
  /** Its Twilio-Request-Id. */
  id: string;
  /** When, by the world's clock. */
  at: string;
  method: string;
  path: string;
  route: string | null;
  /** Null when the connection was dropped. */
  status: number | null;
  /** The account of the path. */
  account: string | null;
  /** The user name of the credentials. */
  caller: string | null;
  /** Twilio's code of a refusal. */
  code: number | null;
  /** Why it was refused, in a sentence that the caller does not get. */
  reason: string | null;
}

export interface Requests {
  all(filter?: RequestFilter): Logged[];
  /** Waits until `times` (1) requests match; fails with what came instead after `timeoutMs` (2 s). */
  waitFor(
    filter: RequestFilter,
    options?: { times?: number; timeoutMs?: number },
  ): Promise<Logged[]>;
  /** Fails unless exactly `times` requests match, or at least one, with what came instead. */
  expect(filter: RequestFilter, times?: number): void;
  clear(): void;
}

export interface Failure {
  status?: number;
  /** Twilio's error code; 20500 when absent. */
  code?: number;
  /** In real time. Without a status or a drop, the request goes on afterwards. */
  delayMs?: number;
  /** Closes the connection without an answer. */
  drop?: true;
  /** Seconds, as Retry-After. */
  retryAfter?: number;
  /** How many requests fail; all of them when absent. */
  times?: number;
}

/** Accounts, apps, people and authorizations, as JSON. Tokens are in it: it is data for tests. */
export interface Fixture {
  /** The SIDs of the two accounts that a world names; absent: it makes them. */
  developer?: string;
  customer?: string;
  accounts?: {
    sid: string;
    authToken: string;
    friendlyName?: string;
    type?: 'Full' | 'Trial';
    status?: 'active' | 'suspended' | 'closed';
    /** The parent of a subaccount. */
    owner?: string;
  }[];
  connectApps?: (Partial<AppProperties> & { sid: string; accountSid: string })[];
  people?: { email: string; password: string; accounts: string[]; role?: 'owner' | 'member' }[];
  authorizations?: {
    accountSid: string;
    connectAppSid: string;
    subaccountSid: string;
    permissions?: readonly ('get-all' | 'post-all')[];
    /** Whether the customer has removed the app since. */
    isRevoked?: boolean;
  }[];
}
