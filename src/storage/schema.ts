/**
 * The tables, as the newest migration leaves them. Times are milliseconds since the epoch, texts are
 * kept byte for byte, and every key begins with the account: it is what the data can be sharded by.
 */

import type { Generated } from 'kysely';

export interface Schema {
  accounts: AccountsTable;
  api_keys: ApiKeysTable;
  connect_apps: ConnectAppsTable;
  connect_app_logos: ConnectAppLogosTable;
  stand_ins: StandInsTable;
  users: UsersTable;
  provider_subjects: ProviderSubjectsTable;
  memberships: MembershipsTable;
  sessions: SessionsTable;
  authorizations: AuthorizationsTable;
  callbacks: CallbacksTable;
  callback_attempts: CallbackAttemptsTable;
  callback_resends: CallbackResendsTable;
  flow_runs: FlowRunsTable;
  url_checks: UrlChecksTable;
  requests: RequestsTable;
  request_counts: RequestCountsTable;
  last_uses: LastUsesTable;
  audit_events: AuditEventsTable;
  invitations: InvitationsTable;
  password_resets: PasswordResetsTable;
}

export interface AccountsTable {
  sid: string;
  /** The parent's SID; a parent's own SID stands here too. */
  owner_account_sid: string;
  friendly_name: string;
  type: 'Trial' | 'Full';
  status: 'active' | 'suspended' | 'closed';
  token_digest: string;
  token_sealed: string;
  secondary_token_digest: string | null;
  secondary_token_sealed: string | null;
  created_at: number;
  updated_at: number;
}

export interface ApiKeysTable {
  account_sid: string;
  sid: string;
  friendly_name: string;
  type: 'Standard' | 'Main';
  /** The keyed digest of the secret's SHA-256; the secret itself is stored nowhere. */
  secret_digest: string;
  /** That SHA-256, encrypted: what another secret key digests again. */
  fingerprint_sealed: string;
  created_at: number;
  updated_at: number;
}

export interface ConnectAppsTable {
  account_sid: string;
  sid: string;
  friendly_name: string | null;
  description: string | null;
  company_name: string | null;
  homepage_url: string | null;
  authorize_redirect_url: string | null;
  deauthorize_callback_url: string | null;
  deauthorize_callback_method: 'GET' | 'POST' | null;
  /** Comma-separated, in a fixed order; empty for none. */
  permissions: string;
  logo_url: string | null;
  terms_of_service_url: string | null;
  /** The name and the SID in lower case: what a search looks at. */
  search_text: Generated<string>;
  created_at: number;
  updated_at: number;
}

/** What stands in for Twilio's other resources; on a development server and in tests alone. */
export interface StandInsTable {
  account_sid: string;
  /** The collection, such as `Messages`. */
  type: string;
  sid: string;
  /** The SID of what it belongs to; empty for what belongs to the account. */
  parent_sid: string;
  /** JSON, as on the wire. */
  properties: string;
  /** JSON: the parameters that created it, such as its StatusCallback. */
  sent: string;
  /** When its status goes on by itself; null when it stays. */
  due_at: number | null;
  created_at: number;
}

/** The logo that an owner uploaded, at most one for each app. */
export interface ConnectAppLogosTable {
  account_sid: string;
  connect_app_sid: string;
  /** Of its bytes, in its URL: another logo has another. */
  digest: string;
  type: 'image/png' | 'image/jpeg' | 'image/webp';
  /** The same text on every engine. */
  base64: string;
  created_at: number;
}

export interface UsersTable {
  sid: string;
  /** In lower case; people sign in with it. */
  email: string;
  password_hash: string;
  /** 1 for an operator, who acts for every account; else 0. */
  is_operator: Generated<0 | 1>;
  /** Since when the user can no longer sign in; null for everybody else. */
  disabled_at: Generated<number | null>;
  created_at: number;
  updated_at: number;
  last_sign_in_at: Generated<number | null>;
}

/** Who a user is at the provider of the platform's own identities. */
export interface ProviderSubjectsTable {
  issuer: string;
  subject: string;
  user_sid: string;
}

/** Which accounts a user may act for, and as what. */
export interface MembershipsTable {
  account_sid: string;
  user_sid: string;
  role: Generated<'owner' | 'member'>;
  /** 0 for memberships of versions before roles. */
  created_at: Generated<number>;
  /** Since when the user may not act for the account; null while they may. */
  disabled_at: Generated<number | null>;
}

export interface SessionsTable {
  /** The keyed digest of the cookie: the cookie itself is kept nowhere. */
  digest: string;
  user_sid: string;
  created_at: number;
  expires_at: number;
  /** Where it began. */
  address: Generated<string | null>;
  /** The browser's name and system, such as "Firefox on Linux". */
  browser: Generated<string | null>;
}

/** An authorization by a customer. A revoked row stays, so that a second consent finds its subaccount. */
export interface AuthorizationsTable {
  /** The customer. */
  account_sid: string;
  connect_app_sid: string;
  /** The subaccount created for this app alone. */
  subaccount_sid: string;
  app_owner_sid: string;
  /** The granted permissions, comma-separated in a fixed order. */
  permissions: string;
  created_at: number;
  updated_at: number;
  revoked_at: number | null;
}

/** A deauthorization callback, its state, and the worker that is sending it. */
export interface CallbacksTable {
  /** The owner of the app, who is called. */
  account_sid: string;
  sid: string;
  connect_app_sid: string;
  subaccount_sid: string;
  /** As configured when the authorization ended. */
  url: string;
  method: 'GET' | 'POST';
  /** Host and port of the URL: attempts to one receiver are limited. */
  receiver: string;
  status: 'pending' | 'delivered' | 'failed';
  /** A `test` was asked for, and reports the end of nothing. */
  kind: Generated<'deauthorization' | 'test'>;
  attempts_made: number;
  /** When it may be tried (again), or when its lease ends; null once it is settled. */
  next_attempt_at: number | null;
  /** The worker that is sending it now; only the owner of the lease writes a result. */
  lease_owner: string | null;
  created_at: number;
  updated_at: number;
}

export interface CallbackAttemptsTable {
  account_sid: string;
  callback_sid: string;
  /** 1 for the first attempt. */
  number: number;
  started_at: number;
  duration_ms: number;
  /** The HTTP status of the answer; null when none came. */
  status: number | null;
  /** Why no answer came: a name of outgoing/outcome.ts; null when one came. */
  failure: string | null;
  /** The beginning of the answer's body. */
  answer: string | null;
}

/** *Send again* for all callbacks of an app that a filter matches: how far it is. */
export interface CallbackResendsTable {
  account_sid: string;
  sid: string;
  connect_app_sid: string;
  /** null: callbacks of every state. */
  status_filter: 'pending' | 'delivered' | 'failed' | null;
  /** Only callbacks made at or after this time. */
  since: number;
  state: 'running' | 'stopped' | 'done';
  /** How many matched when it began: the real number up to a bound, and the bound plus one beyond. */
  matched: number;
  sent: number;
  /** Those that were being sent anyway. */
  skipped: number;
  /** It goes on with the callbacks that are older than this place. */
  behind_created_at: number;
  behind_sid: string;
  /** null once it has ended. */
  next_step_at: number | null;
  created_at: number;
  updated_at: number;
}

/** One run of *Try the flow*, and the customer that it plays. */
export interface FlowRunsTable {
  /** The owner of the app. */
  account_sid: string;
  sid: string;
  connect_app_sid: string;
  /** The played customer: an account of no person, removed with its subaccount when the run has ended. */
  customer_sid: string;
  state: 'running' | 'done' | 'interrupted';
  /** The results so far, as JSON. */
  checks: string;
  /** Until when its process may take; null once the played customer is removed. */
  live_until: number | null;
  created_at: number;
  updated_at: number;
}

/** What asking a URL of an app showed, last time. */
export interface UrlChecksTable {
  account_sid: string;
  connect_app_sid: string;
  kind: 'authorize' | 'deauthorize';
  /** As it was then: of another URL it says nothing. */
  url: string;
  status: number | null;
  failure: string | null;
  duration_ms: number;
  checked_at: number;
}

/** A request of the API. It holds no URL, no parameter and no name. */
export interface RequestsTable {
  /** Whose record it is in: the parent of the accounts that it was about, or the owner of the app. */
  account_sid: string;
  /** As in the header Twilio-Request-Id. */
  sid: string;
  created_at: number;
  /** `account`, `parent`, the SID of a Connect App, or `nobody` where no credentials were right. */
  caller: string;
  /** The account of the path, or the caller's own. */
  path_account_sid: string;
  method: string;
  /** The pattern of the route. */
  route: string;
  status: number;
  code: number | null;
  problem: string | null;
  /** A name of src/reason.ts, and its values, with spaces between. */
  reason: string | null;
  duration_us: number;
  /** The network that it came from: /24 of IPv4, /48 of IPv6. */
  network: string;
  /** The product of the user agent alone. */
  user_agent: string | null;
  resource_sid: string | null;
  /** How many others like it came in the same second and have no row. */
  more: number;
}

/** How many requests came in a minute, an hour or a day: all of them, also those without a row. */
export interface RequestCountsTable {
  account_sid: string;
  unit: 'minute' | 'hour' | 'day';
  begins_at: number;
  caller: string;
  answered: number;
  refused: number;
  failed: number;
}

export interface LastUsesTable {
  /** The account that has the token, or the customer who authorized. */
  account_sid: string;
  /** The digest of an auth token, or the SID of a Connect App. */
  what: string;
  used_at: number;
}

/** A change that somebody made. Rows are added, never changed; only the address is forgotten. */
export interface AuditEventsTable {
  /** The parent account, in whose trail it stands. */
  account_sid: string;
  sid: string;
  created_at: number;
  /** A name of audit/audit.ts. */
  event_type: string;
  source: 'web' | 'api' | 'cli' | 'server' | 'customer' | 'owner';
  /** The user or account that acted; null where the source says it all. */
  actor_sid: string | null;
  /** The account that was changed, or whose resource was: the parent or one of its subaccounts. */
  changed_account_sid: string;
  resource_sid: string;
  /** The other side, such as the subaccount of an authorization. */
  related_sid: string | null;
  /** The names of the changed properties, comma-separated; never a value. */
  properties: string;
  source_ip_address: string | null;
}

/** A link by which one person joins an account. */
export interface InvitationsTable {
  account_sid: string;
  sid: string;
  /** The keyed digest of the link's secret. */
  digest: string;
  /** Whom it invites, in lower case. */
  email: string;
  role: 'owner' | 'member';
  /** The user who made it; null for the command line. */
  invited_by: string | null;
  created_at: number;
  expires_at: number;
  /** The user who has joined by it. */
  used_by: string | null;
}

/** A link by which a person sets another password: the newest of each user. */
export interface PasswordResetsTable {
  user_sid: string;
  /** The keyed digest of the link's secret. */
  digest: string;
  created_at: number;
  expires_at: number;
}
