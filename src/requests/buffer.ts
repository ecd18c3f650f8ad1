/**
 * What came since the last write, in memory: the first requests of each kind, how many more there were, and
 * counters. It is bounded whatever comes, and a push costs about a microsecond. No SQL.
 */

import {
  type ApiRequest,
  type Counts,
  NOBODY,
  outcomeOf,
  type RequestCaller,
  UNIT_MS,
} from './request.ts';

/** Rows of one kind in one write; what comes beyond is counted in the last of them. */
const ROWS_A_KIND = 10;
const ROWS_AN_ACCOUNT = 50;
/** Of requests without right credentials: whoever knows a SID can send those. */
const ROWS_OF_NOBODY = 5;
/** Rows of other accounts lie in other pages of the database, each of which is written whole. */
const ROWS_A_WRITE = 100;
/** Rows to choose from: first those of each kind and refused ones, then others of a kind. */
const CANDIDATES = 16 * ROWS_A_WRITE;
const CANDIDATES_WITH_OTHERS = 4 * ROWS_A_WRITE;
const KINDS_AN_ACCOUNT = 64;
const MAX_ACCOUNTS = 5000;
/** Accounts that are only claimed: each costs a look-up when it is written. */
const MAX_CLAIMED = 50;
/** Counters that wait, and how many of them one write takes. */
const MAX_COUNTERS = 20_000;
const COUNTERS_A_WRITE = 50;
/** However many wait, within this many writes all are written. */
const WRITES_TO_ALL = 30;

/** What makes requests of one kind: those that differ in nothing else are counted beyond the first. */
export interface RequestKind {
  accountSid: string;
  /** Whether the account is only claimed: no credentials were right, and it may not exist. */
  isClaimed?: boolean;
  caller: RequestCaller;
  method: string;
  route: string;
  status: number;
  reason: string | null;
}

/** The rest of a request. */
export type RequestDetails = Omit<ApiRequest, keyof RequestKind | 'accountSid' | 'more'>;

/** Rows of one account; those of a claimed account are written if it exists. */
export type BufferedRequest = ApiRequest & { isClaimed: boolean };

export interface Counter extends Counts {
  accountSid: string;
  isClaimed: boolean;
  caller: RequestCaller;
  /** The minute that it counts. */
  beginsAt: number;
}

export interface Batch {
  requests: BufferedRequest[];
  counters: Counter[];
  /** Requests of which nothing is kept. */
  lost: number;
}

export interface RequestBuffer {
  /** Counts a request; asks for its details if it gets a row. */
  push(kind: RequestKind, now: number, detailsOf: () => RequestDetails): void;
  /** Takes out what is to be written next; undefined when there is nothing. */
  take(): Batch | undefined;
}

interface Kind {
  isRefused: boolean;
  rows: BufferedRequest[];
  more: number;
}

/** Makes an empty buffer. */
export function createRequestBuffer(): RequestBuffer {
  let accounts = new Map<string, Map<string, Kind>>();
  let claimed = new Set<string>();
  let lost = 0;
  let candidates = 0;
  const counters = new Map<string, Counter>();

  function count(kind: RequestKind, now: number): void {
    const beginsAt = now - (now % UNIT_MS.minute);
    const key = `${kind.accountSid} ${kind.caller} ${beginsAt}`;
    let counter = counters.get(key);
    if (counter === undefined) {
      if (counters.size >= MAX_COUNTERS) {
        lost += 1;
        return;
      }
      const { accountSid, isClaimed = false, caller } = kind;
      counter = { accountSid, isClaimed, caller, beginsAt, answered: 0, refused: 0, failed: 0 };
      counters.set(key, counter);
    }
    counter[outcomeOf(kind.status)] += 1;
  }

  return {
    push(kind, now, detailsOf) {
      const { accountSid, isClaimed = false, status } = kind;
      if (isClaimed) {
        if (!claimed.has(accountSid) && claimed.size >= MAX_CLAIMED) return;
        claimed.add(accountSid);
      }
      count(kind, now);
      let kinds = accounts.get(accountSid);
      if (kinds === undefined) {
        if (accounts.size >= MAX_ACCOUNTS) return;
        kinds = new Map();
        accounts.set(accountSid, kinds);
      }
      const key = `${kind.caller} ${kind.method} ${status} ${kind.route} ${kind.reason}`;
      let known = kinds.get(key);
      if (known === undefined) {
        if (kinds.size >= KINDS_AN_ACCOUNT) return;
        known = { isRefused: status >= 400, rows: [], more: 0 };
        kinds.set(key, known);
      }
      const isWanted = known.isRefused || known.rows.length === 0;
      const room = isWanted ? CANDIDATES : CANDIDATES_WITH_OTHERS;
      if (known.rows.length >= ROWS_A_KIND || candidates >= room) {
        known.more += 1;
        return;
      }
      candidates += 1;
      known.rows.push({ ...detailsOf(), ...kind, isClaimed, more: 0 });
    },
    take() {
      if (accounts.size + counters.size + lost === 0) return undefined;
      const batch = { requests: choose(accounts), counters: firstOf(counters), lost };
      accounts = new Map();
      claimed = new Set();
      lost = 0;
      candidates = 0;
      return batch;
    },
  };
}

/**
 * The rows to write: refused ones first, and one of every kind before a second of any, so that a kind of which
 * there are many hides no other.
 */
function choose(accounts: ReadonlyMap<string, ReadonlyMap<string, Kind>>): BufferedRequest[] {
  const chosen: BufferedRequest[] = [];
  const used = new Map<string, number>();
  const mayTake = ({ accountSid, caller }: BufferedRequest) => {
    const isNobody = caller === NOBODY;
    const budget = isNobody ? `${accountSid} ${NOBODY}` : accountSid;
    const before = used.get(budget) ?? 0;
    if (before >= (isNobody ? ROWS_OF_NOBODY : ROWS_AN_ACCOUNT)) return false;
    if (chosen.length >= ROWS_A_WRITE) return false;
    used.set(budget, before + 1);
    return true;
  };
  const all = [...accounts.values()].flatMap((kinds) => [...kinds.values()]);
  const byRefusal = [
    ...all.filter((kind) => kind.isRefused),
    ...all.filter((kind) => !kind.isRefused),
  ];
  const last = new Map<Kind, BufferedRequest>();
  for (let place = 0; place < ROWS_A_KIND; place += 1) {
    for (const kind of byRefusal) {
      const row = kind.rows[place];
      if (row === undefined) continue;
      if (mayTake(row)) {
        chosen.push(row);
        last.set(kind, row);
      } else kind.more += 1;
    }
  }
  for (const [kind, row] of last) row.more = kind.more;
  return chosen;
}

function firstOf(counters: Map<string, Counter>): Counter[] {
  const taken: Counter[] = [];
  const limit = Math.max(COUNTERS_A_WRITE, Math.ceil(counters.size / WRITES_TO_ALL));
  for (const [key, counter] of counters) {
    if (taken.length >= limit) break;
    taken.push(counter);
    counters.delete(key);
  }
  return taken;
}
