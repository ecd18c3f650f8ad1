/**
 * The tables, as the newest migration leaves them. Times are milliseconds since the epoch, texts are
 * kept byte for byte, and every key begins with the account: it is what the data can be sharded by.
 */

export interface Schema {
  accounts: AccountsTable;
  connect_apps: ConnectAppsTable;
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
  created_at: number;
  updated_at: number;
}
