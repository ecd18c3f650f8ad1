/** The table of isolation: who may do what with whose account, for gateways; and everybody who is in it. */

import assert from 'node:assert/strict';
import { revokeAuthorization } from '../../src/authorizations/operations.ts';
import { updateConnectApp } from '../../src/connect-apps/operations.ts';
import type { Credentials } from '../support/server.ts';
import type { World } from './gateway.ts';

export const SM = `SM${'0'.repeat(32)}`;
export const ROOT = '/2010-04-01/Accounts';

/** Routes below an account, by what they are to an app. */
export const ROUTES = {
  item: ['GET', `/Messages/${SM}.json`],
  list: ['GET', '/Messages.json'],
  change: ['POST', '/Messages.json'],
  delete: ['DELETE', `/Recordings/${SM}`],
  balance: ['GET', '/Balance.json'],
  keys: ['GET', `/Keys/${SM}.json`],
  'new key': ['POST', '/Keys.json'],
  account: ['GET', '.json'],
  'change account': ['POST', '.json'],
  'connect app': ['POST', `/ConnectApps/${SM}.json`],
} as const;
export type Route = keyof typeof ROUTES;

/** On the customer, the app's own subaccount, another one of the customer, and a stranger: ok or the code. */
export const TABLE: Readonly<Record<string, Readonly<Partial<Record<Route, string>>>>> = {
  customer: {
    item: 'ok ok ok 20404',
    list: 'ok ok ok 20404',
    change: 'ok ok ok 20404',
    'change account': 'ok ok ok 20404',
    'new key': 'ok ok ok 20404',
  },
  'sandbox itself': {
    item: '20404 ok 20404 20404',
    change: '20404 ok 20404 20404',
    balance: '20404 ok 20404 20404',
  },
  'get-all': {
    item: 'ok ok ok 20404',
    list: 'ok ok ok 20404',
    change: '20006 20006 20006 20404',
    delete: '20006 20006 20006 20404',
    balance: 'ok 20404 ok 20404',
    keys: '20006 ok 20006 20404',
    'new key': '20006 20006 20006 20404',
    account: 'ok ok ok 20404',
    'change account': '20006 20006 20006 20404',
    'connect app': '20006 20006 20006 20404',
  },
  'post-all': {
    item: '20006 ok 20006 20404',
    list: '20003 ok 20003 20404',
    change: '20006 ok 20006 20404',
    delete: '20006 ok 20006 20404',
    balance: '20404 20404 20404 20404',
    keys: '20006 ok 20006 20404',
    'new key': '20006 20006 20006 20404',
    account: '20006 ok 20006 20404',
    'change account': '20006 20006 20006 20404',
    'connect app': '20006 20006 20006 20404',
  },
  both: {
    item: 'ok ok ok 20404',
    change: '20006 ok 20006 20404',
    'change account': '20006 20006 20006 20404',
  },
  nothing: { item: '20006 20006 20006 20404', change: '20006 20006 20006 20404' },
  revoked: { item: '20006 20006 20006 20006', list: '20003 20003 20003 20003' },
  'owner of the app': { item: '20404 20404 20404 20404', change: '20404 20404 20404 20404' },
  'Standard key': {
    item: 'ok ok ok 20404',
    change: 'ok ok ok 20404',
    account: '20003 20003 20003 20404',
    'new key': '20003 20003 20003 20404',
  },
  'Main key': { item: 'ok ok ok 20404', 'new key': 'ok ok ok 20404' },
  'wrong token': { item: '20003 20003 20003 20003', change: '20003 20003 20003 20003' },
};

export interface Callers {
  of(name: string): Credentials;
  /** The accounts of a row of the table, in its order. */
  targetsOf(name: string): string[];
}

/** Makes everybody in the table. */
export async function makeCallers(world: World): Promise<Callers> {
  const { server } = world;
  const { context, customer, developer } = server;
  const other = await server.createAccount({ owner: customer.accountSid });
  const foreign = await server.createAccount();
  const both = await world.authorize(['get-all', 'post-all']);
  const nothing = await world.authorize(['get-all']);
  await updateConnectApp(context, developer.accountSid, nothing.connectAppSid, {
    Permissions: 'post-all',
  });
  const revoked = await world.authorize(['get-all', 'post-all']);
  await revokeAuthorization(context, {
    accountSid: customer.accountSid,
    connectAppSid: revoked.connectAppSid,
  });
  const apps: Readonly<Record<string, Credentials>> = {
    both: both.app,
    'get-all': (await world.authorize(['get-all'])).app,
    'post-all': (await world.authorize(['post-all'])).app,
    nothing: nothing.app,
    revoked: revoked.app,
    'sandbox itself': { ...both.app, authToken: await server.tokenOf(both.app.accountSid) },
  };
  const all: Readonly<Record<string, Credentials>> = {
    ...apps,
    customer,
    'owner of the app': developer,
    'wrong token': { ...customer, authToken: '0'.repeat(32) },
    'Standard key': await world.createKey(customer.accountSid, 'Standard'),
    'Main key': await world.createKey(customer.accountSid, 'Main'),
  };
  return {
    of(name) {
      const caller = all[name];
      assert.ok(caller, name);
      return caller;
    },
    targetsOf(name) {
      const sandbox = apps[name] ?? both.app;
      return [customer, sandbox, other, foreign].map(({ accountSid }) => accountSid);
    },
  };
}
