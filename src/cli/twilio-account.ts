/** Reads what the API of a real account shows, with the conventions of the vendor's clients. */

import type { GuardedClient } from '../outgoing/guarded-client.ts';
import { Problem } from '../problem.ts';
import { parseSid } from '../sid.ts';

export interface TwilioAccess {
  /** Where the API is. */
  origin: string;
  /** The account that is read; with an API key, its username is another. */
  accountSid: string;
  username: string;
  password: string;
}

type Item = Readonly<Record<string, unknown>>;

/** What could be read, in the form of the admin API's acts that write it. */
export interface TwilioAccount {
  accounts: Item[];
  connect_apps: Item[];
  /** Shown without their owner and URLs, so that none of them can be made again. */
  authorized_connect_apps: Item[];
}

/** Reads the access from the environment: TWILIO_ACCOUNT_SID, _AUTH_TOKEN or _API_KEY and _API_SECRET, _EDGE, _REGION. */
export function accessOf(
  environment: Readonly<Record<string, string | undefined>>,
  apiUrl?: string,
): TwilioAccess {
  const accountSid = parseSid('AC', environment.TWILIO_ACCOUNT_SID ?? '');
  const { TWILIO_AUTH_TOKEN: token, TWILIO_API_KEY: key, TWILIO_API_SECRET: secret } = environment;
  const [username, password] = key && secret ? [key, secret] : [accountSid, token];
  if (!accountSid || !username || !password) {
    throw new Problem(
      'setting_invalid',
      'Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN to those of the account to read.',
    );
  }
  return { origin: apiUrl ?? originOf(environment), accountSid, username, password };
}

/** As twilio-node's getHostname: api.EDGE.REGION.twilio.com, and us1 where only the edge is named. */
function originOf(environment: Readonly<Record<string, string | undefined>>): string {
  const { TWILIO_EDGE: edge, TWILIO_REGION: given } = environment;
  const region = given || (edge ? 'us1' : undefined);
  for (const part of [edge, region]) {
    if (part && !/^[a-z0-9-]+$/.test(part)) {
      throw new Problem('setting_invalid', 'TWILIO_EDGE and TWILIO_REGION must be names.');
    }
  }
  return `https://${['api', edge, region, 'twilio.com'].filter(Boolean).join('.')}`;
}

const ACCOUNT_MEMBERS = [
  'sid',
  'friendly_name',
  'owner_account_sid',
  'status',
  'type',
  'auth_token',
] as const;

/** Reads the account, its subaccounts, their Connect Apps, and what they authorized. */
export async function readTwilioAccount(
  client: GuardedClient,
  access: TwilioAccess,
  columns: readonly string[],
): Promise<TwilioAccount> {
  const list = (path: string, name: string) => readList(client, access, path, name);
  const all = await list('/2010-04-01/Accounts.json', 'accounts');
  // Who lists a subaccount's own sees it alone.
  const accounts = all.map((item) => pick(item, ACCOUNT_MEMBERS));
  const found: TwilioAccount = { accounts, connect_apps: [], authorized_connect_apps: [] };
  for (const { sid, status } of accounts) {
    if (status !== 'active') continue;
    const root = `/2010-04-01/Accounts/${sid}`;
    const apps = await list(`${root}/ConnectApps.json`, 'connect_apps');
    found.connect_apps.push(...apps.map((app) => pick(app, ['sid', 'account_sid', ...columns])));
    const authorized = await list(`${root}/AuthorizedConnectApps.json`, 'authorized_connect_apps');
    found.authorized_connect_apps.push(...authorized.map(({ uri: _, ...item }) => item));
  }
  return found;
}

function pick(item: Item, names: readonly string[]): Item {
  return Object.fromEntries(
    names.filter((name) => item[name] !== undefined).map((name) => [name, item[name]]),
  );
}

async function readList(
  client: GuardedClient,
  { origin, username, password }: TwilioAccess,
  first: string,
  name: string,
): Promise<Item[]> {
  const items: Item[] = [];
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  let path: unknown = `${first}?PageSize=1000`;
  while (typeof path === 'string') {
    // The credentials go nowhere else, whatever the answer says.
    if (!/^\/[^/\\]/.test(path)) throw unreadable(origin, 'it names a page elsewhere');
    const outcome = await client.send({
      method: 'GET',
      url: origin + path,
      headers: { authorization, accept: 'application/json' },
    });
    if (!outcome.answered) throw unreadable(origin, outcome.code ?? outcome.reason);
    if (outcome.status !== 200) throw unreadable(origin, `it answered ${outcome.status}`);
    const page = parse(outcome.body);
    const found = page && Reflect.get(page, name);
    if (!page || !Array.isArray(found)) throw unreadable(origin, 'the answer is not a list');
    items.push(...found);
    path = Reflect.get(page, 'next_page_uri');
  }
  return items;
}

function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function unreadable(origin: string, reason: string): Problem {
  return new Problem('server_not_ready', `Cannot read the account at ${origin}: ${reason}.`);
}
