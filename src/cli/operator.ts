/**
 * How commands act: each calls acts (admin/act.ts), and does not know where they are done. Two makers: the database of
 * the settings, in this process, and a running server, by its admin API.
 */

import type { Act } from '../admin/act.ts';
import type { Wire } from '../admin/input.ts';
import { Problem } from '../problem.ts';
import type { Call } from './call.ts';
import { onDatabase } from './on-database.ts';
import { onServer } from './on-server.ts';
import { settingsOf, withFlags } from './settings.ts';

/** Runs `work` where the flags and the settings say; an error names that place. A flag wins over the environment. */
export async function operate<Result>(
  flags: object,
  work: (call: Call) => Promise<Result>,
): Promise<Result> {
  const given: Record<string, unknown> = { ...flags };
  const namesDatabase = given.databaseUrl !== undefined || given.dataDir !== undefined;
  if (given.url !== undefined && namesDatabase) {
    const sentence = 'Give --url for a running server, or --database-url or --data-dir, not both.';
    throw new Problem('setting_invalid', sentence);
  }
  const { serverUrl } = withFlags(given);
  if (serverUrl === undefined || namesDatabase) return onDatabase(given, work);
  const key = settingsOf(given).settings.ADMIN_KEY?.trim() ?? '';
  return onServer(serverUrl, key, work);
}

/** Calls an act that answers pages, and returns all that they hold. */
export async function readAll(call: Call, list: Act, input: Wire = {}): Promise<Wire[]> {
  const all: Wire[] = [];
  let token: unknown;
  do {
    const page: Wire = await call(list, {
      ...input,
      page_size: PAGE_SIZE,
      ...(typeof token === 'string' && { page_token: token }),
    });
    all.push(...itemsOf(page));
    token = page.next_page_token;
  } while (typeof token === 'string');
  return all;
}

const PAGE_SIZE = 1000;

function itemsOf({ items }: Wire): Wire[] {
  return Array.isArray(items) ? items.filter((item) => typeof item === 'object') : [];
}
