/**
 * What an act is: one thing that an operator does, with its URL and the right that it needs. The same table of acts
 * makes the routes, their description, and the commands: those call an act here, or on a server by its URL.
 */

import type { AdminResource, AdminRight, Scope } from '../admin-keys/admin-key.ts';
import type { Context } from '../context.ts';
import type { Denials } from '../gateway/denials.ts';
import type { Schema } from '../http/json-schema.ts';
import { readPage } from '../http/paging.ts';
import { parameterProblem } from '../parameter.ts';
import { Problem } from '../problem.ts';
import type { Position, Slice } from '../storage/keyset.ts';
import { numberOf, textOf, type Wire } from './input.ts';

/** Who acts, and with what. */
export interface Visit {
  context: Context;
  /** The origin of the server, as browsers see it. */
  origin: string;
  /** Requests a URL as a browser would. */
  follow(url: string): Promise<Followed>;
  /** Whether people sign in with passwords. */
  hasPasswords: boolean;
  /** The refusals that a server remembers; undefined where an act is done on a database. */
  denials?: Pick<Denials, 'find'> | undefined;
  /** What the key may do; the command line on its own database, and the key of the settings, may do everything. */
  scopes: readonly Scope[];
}

export interface Followed {
  /** The status of the app's response; null if there was none. */
  status: number | null;
  /** Why there was no response. */
  failure?: string;
}

export interface Act {
  /** Its name in the description. */
  name: string;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Its path below /admin/v1; `{name}` stands for a member of the input. */
  path: string;
  summary: string;
  /** What a key must be allowed; `setting` is only for the key of the settings. */
  needs: { resource: AdminResource; right: AdminRight } | 'setting';
  /** The members that it takes besides those of the path. */
  input: Readonly<Record<string, Schema & { required?: boolean }>>;
  /** What a body may be at most; 64 kB when absent. */
  maxBytes?: number;
  run(visit: Visit, input: Wire): Promise<Wire>;
}

/** A list: what it holds, and how an item is written. */
export interface ActList<Item extends Position> {
  scope: string;
  slice(slice: Slice): Promise<Item[]>;
  toWire(item: Item): Wire | Promise<Wire>;
}

/** Declares an act that answers a page: `items`, and the token of the next page. */
export function listAct<Item extends Position>({
  list,
  ...act
}: Omit<Act, 'run' | 'method'> & {
  list(visit: Visit, input: Wire): Promise<ActList<Item>> | ActList<Item>;
}): Act {
  return {
    ...act,
    method: 'GET',
    input: {
      ...act.input,
      page_size: { type: 'integer', minimum: 1, maximum: 1000, default: 50 },
      page_token: { type: 'string', description: 'The next_page_token of the page before.' },
    },
    async run(visit, input) {
      const { scope, slice, toWire } = await list(visit, input);
      const size = numberOf(input, 'page_size');
      const page = await readPage(
        { scope: `admin ${scope}`, slice, findPosition: async () => undefined },
        {
          PageSize: size === undefined ? undefined : String(size),
          PageToken: textOf(input, 'page_token'),
        },
        { keyring: visit.context.keyring, strictPageSize: false },
      );
      return {
        items: await Promise.all(page.items.map(toWire)),
        next_page_token: page.next ?? null,
      };
    },
  };
}

/** The members of an act's path, in their order. */
export function pathMembers({ path }: Act): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
}

/** Makes a `not_found` from `find` name what is missing: "No account AC…". */
export async function lookUp<Result>(what: string, find: () => Promise<Result>): Promise<Result> {
  try {
    return await find();
  } catch (error) {
    const isUnnamed =
      error instanceof Problem && error.problem === 'not_found' && error.detail === undefined;
    throw isUnnamed ? new Problem('not_found', `No ${what}`, { cause: error }) : error;
  }
}

/** Raises `parameter_invalid` for a member that the act does not take, as for one that is misspelled. */
export function checkMembers({ input: members, path }: Act, input: Wire): void {
  for (const name of Object.keys(input)) {
    if (Object.hasOwn(members, name) || path.includes(`{${name}}`)) continue;
    const taken = Object.keys(members).join(', ') || 'nothing';
    throw parameterProblem(name, `is no parameter of this URL, which takes ${taken}`);
  }
}
