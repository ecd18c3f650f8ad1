/**
 * Rows that arrive: server-sent events (HTML, section 9.2), one row each. It reads the stored rows each second,
 * because another process may have answered; what is a few seconds old is read again, because that process may
 * have written it late. Who looks is asked anew each time.
 */

import { PassThrough } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Context } from '../../context.ts';
import { textOf } from '../../parameter.ts';
import { listRequests } from '../../requests/operations.ts';
import type { ApiRequest } from '../../requests/request.ts';
import { lookAround } from '../../users/session.ts';
import type { AccountVisit } from '../console.ts';
import { chosenIn, filterOf } from './filter.ts';
import { namesOf } from './names.ts';
import { REQUEST_COLUMNS, requestRow } from './row.ts';

const READ_MS = 1000;
const COMMENT_MS = 15_000;
/** How late another process may write what it has answered. */
const LATE_MS = 5000;
const ROWS_A_READ = 50;
/** A tab that is seen has one. Nobody takes the places of the others, with many browsers or many users. */
const MOST = [
  { count: 8, of: ({ userSid }: Watcher) => userSid, who: 'you have too many tabs open' },
  { count: 40, of: ({ family }: Watcher) => family, who: 'too many people of this account look' },
  { count: 200, of: () => '', who: 'too many people look at this server' },
];
/** When a browser without a place asks again. */
const RETRY_MS = 30_000;
/** A browser that does not read gets no more. */
const MAX_UNREAD_BYTES = 256 * 1024;

/** Where a stream goes on: behind this row. */
export function placeText({ createdAt, sid }: Pick<ApiRequest, 'createdAt' | 'sid'>): string {
  return `${createdAt}.${sid}`;
}

/** The time of a place; undefined when the text is none. */
function timeOfPlace(text: string | undefined): number | undefined {
  const [, time] = /^(\d{1,15})\.(?:RQ[0-9a-f]{32})?$/.exec(text ?? '') ?? [];
  return time === undefined ? undefined : Number(time);
}

/** Who has a stream. */
interface Watcher {
  userSid: string;
  /** The account's parent. */
  family: string;
}

export interface Streams {
  /** Answers with rows as they come; when there are enough streams, with a row that says so, and when to ask again. */
  open(visit: AccountVisit): FastifyReply;
  /** Ends all: browsers turn to another server. */
  end(): void;
}

/** Makes what opens streams. */
export function createStreams(context: Context): Streams {
  const open = new Map<PassThrough, Watcher>();
  let isEnding = false;

  return {
    open(visit) {
      const { session, account, reply, request } = visit;
      reply.header('content-type', 'text/event-stream; charset=utf-8');
      if (request.method === 'HEAD' || isEnding) return reply.send('');
      const watcher = { userSid: session.user.sid, family: account.ownerAccountSid };
      const full = MOST.find(({ count, of }) => {
        const same = [...open.values()].filter((one) => of(one) === of(watcher));
        return same.length >= count;
      });
      if (full !== undefined) return reply.send(fullEvent(startOf(visit), full.who));
      const body = new PassThrough();
      open.set(body, watcher);
      const stop = startReading(context, visit, body);
      body.once('close', () => {
        stop();
        open.delete(body);
      });
      request.raw.socket.once('close', () => body.destroy());
      // Proxies that collect answers must pass this one on.
      reply.header('x-accel-buffering', 'no');
      body.write(': connected\n\n');
      return reply.send(body);
    },
    end() {
      isEnding = true;
      for (const body of open.keys()) body.end();
    },
  };
}

/** The time from which on a browser has no rows yet. */
function startOf({ request, query, now }: AccountVisit): number {
  const lastEventId = request.headers['last-event-id'];
  const place = typeof lastEventId === 'string' ? lastEventId : textOf(query, 'after');
  return timeOfPlace(place) ?? now;
}

/** A row in place of those that do not come. The browser goes on from where it is when it asks again. */
function fullEvent(from: number, who: string): string {
  const text = `New rows do not appear here: ${who}. This tab tries again by itself.`;
  const row = `<tr id="full"><td colspan="${REQUEST_COLUMNS.length}">${text}</td></tr>`;
  return `retry: ${RETRY_MS}\nid: ${from}.\ndata: ${row}\n\n`;
}

/** Reads until the function that it returns is called. */
function startReading(context: Context, visit: AccountVisit, body: PassThrough): () => void {
  const { account, query, link, secret } = visit;
  const filter = filterOf(account, chosenIn(query));
  let from = startOf(visit);
  let sent = new Map<string, number>();
  let isReading = false;
  let wroteAt = performance.now();

  async function read(): Promise<void> {
    const sight = await lookAround(context, secret, account.sid);
    if (sight?.account === undefined) {
      body.end();
      return;
    }
    const slice = { direction: 'older', from: undefined, limit: ROWS_A_READ } as const;
    const found = await listRequests(context, { ...filter, since: from - LATE_MS }, slice);
    const fresh = found.filter(({ sid }) => !sent.has(sid)).reverse();
    const names = await namesOf(
      context,
      account,
      fresh.map(({ caller }) => caller),
    );
    const now = context.clock.now();
    for (const one of fresh) {
      const href = link(`requests/${one.sid}`);
      const row = String(await requestRow(one, { names, href, now })).replace(/\s*\n\s*/g, ' ');
      body.write(`id: ${placeText(one)}\ndata: ${row}\n\n`);
      wroteAt = performance.now();
      sent.set(one.sid, one.createdAt);
      from = Math.max(from, one.createdAt);
    }
    sent = new Map([...sent].filter(([, createdAt]) => createdAt >= from - LATE_MS));
    if (performance.now() - wroteAt >= COMMENT_MS) {
      body.write(': still here\n\n');
      wroteAt = performance.now();
    }
    if (body.writableLength > MAX_UNREAD_BYTES) body.destroy();
  }

  const timer = setInterval(() => {
    if (isReading) return;
    isReading = true;
    read()
      .catch(() => body.end())
      .finally(() => {
        isReading = false;
      });
  }, READ_MS);
  return () => clearInterval(timer);
}
