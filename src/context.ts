/** What the domain works with: handed to every operation, made once in app.ts. */

import type { Clock } from './clock.ts';
import type { Report } from './events.ts';
import type { Keyring } from './secrets.ts';
import type { Database } from './storage/database.ts';

export interface Context {
  database: Database;
  keyring: Keyring;
  clock: Clock;
  report: Report;
}
