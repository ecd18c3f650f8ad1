/** The SQL of what is authorized now, as its customer sees it: with the app's present texts. */

import type { Selectable } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import { keysetList, type Parameter, type Position, type Slice } from '../storage/keyset.ts';
import { prepared } from '../storage/prepared.ts';
import type { AuthorizationsTable } from '../storage/schema.ts';
import type { AuthorizedConnectApp } from './authorization.ts';
import { fromRow } from './store.ts';

/** Whose authorizations a list holds: a customer's, or those of one of its subaccounts. */
export interface AuthorizedFilter {
  /** The customer. */
  accountSid: string;
  /** Only what was authorized for this subaccount. */
  subaccountSid?: string;
}

interface Row extends Selectable<AuthorizationsTable> {
  friendly_name: string | null;
  description: string | null;
  company_name: string | null;
  homepage_url: string | null;
}

type FilterValues = { accountSid: string; subaccountSid: string };

const ofCustomer = declareList(false);
const ofSubaccount = declareList(true);

function listWith({ subaccountSid }: AuthorizedFilter) {
  return subaccountSid === undefined ? ofCustomer : ofSubaccount;
}

/** The app of an authorization goes only after it has ended: places need no look at the app. */
function declareList(isOfSubaccount: boolean) {
  return keysetList({
    rows: (query, parameter: Parameter<FilterValues>) =>
      selectAuthorized(query, parameter).$if(isOfSubaccount, (some) =>
        some.where('authorization.subaccount_sid', '=', parameter('subaccountSid')),
      ),
    places: (query, parameter) =>
      query
        .selectFrom('authorizations as authorization')
        .select(['authorization.created_at as createdAt', 'authorization.connect_app_sid as sid'])
        .where('authorization.account_sid', '=', parameter('accountSid'))
        .where('authorization.revoked_at', 'is', null)
        .$if(isOfSubaccount, (some) =>
          some.where('authorization.subaccount_sid', '=', parameter('subaccountSid')),
        ),
    createdAt: 'authorization.created_at',
    sid: 'authorization.connect_app_sid',
  });
}

/** A slice of what is authorized now, newest first in either direction. */
export async function listAuthorizedConnectApps(
  query: Queryable,
  filter: AuthorizedFilter,
  slice: Slice,
): Promise<AuthorizedConnectApp[]> {
  const rows = await listWith(filter).slice(query, { subaccountSid: '', ...filter }, slice);
  return rows.map(fromAuthorizedRow);
}

/** The place of the `count`-th newest of a list, or of the oldest when there are fewer. */
export function findPosition(
  query: Queryable,
  filter: AuthorizedFilter,
  count: number,
): Promise<Position | undefined> {
  return listWith(filter).findPosition(query, { subaccountSid: '', ...filter }, count);
}

const selectOne = prepared<{ accountSid: string; connectAppSid: string }, Row>((query, parameter) =>
  selectAuthorized(query, parameter).where(
    'authorization.connect_app_sid',
    '=',
    parameter('connectAppSid'),
  ),
);

/** One of a list. */
export async function findAuthorizedConnectApp(
  query: Queryable,
  { accountSid, subaccountSid }: AuthorizedFilter,
  connectAppSid: string,
): Promise<AuthorizedConnectApp | undefined> {
  const [row] = await selectOne(query, { accountSid, connectAppSid });
  const isListed = subaccountSid === undefined || row?.subaccount_sid === subaccountSid;
  return row && isListed ? fromAuthorizedRow(row) : undefined;
}

function selectAuthorized(query: Queryable, parameter: Parameter<{ accountSid: string }>) {
  return query
    .selectFrom('authorizations as authorization')
    .innerJoin('connect_apps as app', (join) =>
      join
        .onRef('app.account_sid', '=', 'authorization.app_owner_sid')
        .onRef('app.sid', '=', 'authorization.connect_app_sid'),
    )
    .selectAll('authorization')
    .select(['app.friendly_name', 'app.description', 'app.company_name', 'app.homepage_url'])
    .where('authorization.account_sid', '=', parameter('accountSid'))
    .where('authorization.revoked_at', 'is', null);
}

function fromAuthorizedRow(row: Row): AuthorizedConnectApp {
  return {
    ...fromRow(row),
    sid: row.connect_app_sid,
    connectAppFriendlyName: row.friendly_name,
    connectAppDescription: row.description,
    connectAppCompanyName: row.company_name,
    connectAppHomepageUrl: row.homepage_url,
  };
}
