/**
 * All that Twilio's Node library can do with ConnectApps, AuthorizedConnectApps and Accounts, and
 * what a Connect App does with phone numbers, messages and calls. It runs on what scene.ts prepares,
 * and changes and deletes CONNECT_APP_SID. With the argument `strict` it checks what a strict server
 * refuses instead; with `away`, what a server says that has lost its database; with `gateways`, what is
 * met behind gateways.
 */

import { useAccounts } from './accounts.ts';
import { useAuthorizedApps } from './authorized-connect-apps.ts';
import { validateCallbacks, validateRealCallbacks } from './callbacks.ts';
import { deleteApp, listApps, updateApp } from './connect-apps.ts';
import { meetGateways } from './gateways.ts';
import { meetFailures, meetLoss, refuseRequests, refuseStrictly } from './refusals.ts';
import { useStandIns } from './stand-ins.ts';

if (process.argv[2] === 'strict') {
  await refuseStrictly();
} else if (process.argv[2] === 'away') {
  await meetLoss();
} else if (process.argv[2] === 'gateways') {
  await meetGateways();
} else {
  await listApps();
  await updateApp();
  await refuseRequests();
  await useAccounts();
  await useAuthorizedApps();
  await meetFailures();
  await validateRealCallbacks();
  await validateCallbacks();
  await useStandIns();
  await deleteApp();
}
