/**
 * All that Twilio's command line can do with ConnectApps, AuthorizedConnectApps and Accounts, and
 * what a Connect App does with phone numbers, messages and calls. It runs on what scene.ts prepares,
 * and changes and deletes CONNECT_APP_SID. With the argument `strict` it checks what a strict server
 * refuses instead; with `away`, what a server says that has lost its database; with `gateways`, what is
 * met behind gateways.
 */

import { useAccounts } from './accounts.ts';
import { useAuthorizedApps } from './authorized-connect-apps.ts';
import { changeApp, deleteApp, readApps } from './connect-apps.ts';
import { meetGateways } from './gateways.ts';
import { meetFailures, meetLoss, refuseRequests, refuseStrictly } from './refusals.ts';
import { useStandIns } from './stand-ins.ts';

if (process.argv[2] === 'strict') {
  refuseStrictly();
} else if (process.argv[2] === 'away') {
  meetLoss();
} else if (process.argv[2] === 'gateways') {
  meetGateways();
} else {
  readApps();
  changeApp();
  refuseRequests();
  useAccounts();
  useAuthorizedApps();
  meetFailures();
  useStandIns();
  deleteApp();
}
