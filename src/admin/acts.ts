/** All acts: the URLs of the admin API, in one table. */

import type { Act } from './act.ts';
import { ACCOUNT_ACTS } from './acts/accounts.ts';
import { APP_ACTS } from './acts/apps.ts';
import { AUTHORIZATION_ACTS } from './acts/authorizations.ts';
import { DECISION_ACTS } from './acts/decisions.ts';
import { IMPORT_ACTS } from './acts/imports.ts';
import { KEY_ACTS } from './acts/keys.ts';
import { PEOPLE_ACTS } from './acts/people.ts';
import { RECORD_ACTS } from './acts/records.ts';
import { USER_ACTS } from './acts/users.ts';

export const ACTS: readonly Act[] = [
  ...ACCOUNT_ACTS,
  ...IMPORT_ACTS,
  ...APP_ACTS,
  ...AUTHORIZATION_ACTS,
  ...KEY_ACTS,
  ...USER_ACTS,
  ...PEOPLE_ACTS,
  ...RECORD_ACTS,
  ...DECISION_ACTS,
];
