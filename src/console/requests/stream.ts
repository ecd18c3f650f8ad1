/**
 * Rows that arrive: server-sent events (HTML, section 9.2), one row each. It reads the stored rows each second,
 * because another process may have answered; what is a few seconds old is read again, because that process may
 * have written it late. Who looks is asked anew each time.
 */

import { PassThrough } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Context } from '../../context.ts';
import { textOf } from '../../parameter.ts';
import { Problem } from '../../problem.ts';
import { listRequests } from '../../requests/operations.ts';
import type { ApiRequest } from '../../requests/request.ts';
import { lookAround } from '../../users/session.ts';
import type { AccountVisit } from '../console.ts';
import { chosenIn, filterOf } from './filter.ts';
import { namesOf } from './names.ts';
import { requestRow } from './row.ts';

const READ_MS = 1000;
const COMMENT_MS = 15_000;
/** How late another process may write what it has answered. */
const LATE_MS = 5000;
const ROWS_A_READ = 50;
const STREAMS_A_SESSION = 4;
const STREAMS = 200;
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

export interface Streams {
  /** Answers with rows as they come; raises `too_many_requests` when there are enough streams. */
  open(visit: AccountVisit): FastifyReply;
  /** Ends all: browsers turn to another server. */
  end(): void;
}

/** Makes what opens streams. */
export function createStreams(context: Context): Streams {
  const open = new Map<PassThrough, string>();
  let isEnding = false;

  return {
    open(visit) {
      const { session, reply, request } = visit;
      const ofSession = [...open.values()].filter((digest) => digest === session.digest).length;
      if (isEnding || open.size >= STREAMS || ofSession >= STREAMS_A_SESSION) {
        throw new Problem('too_many_requests');
      }
      reply.header('content-type', 'text/event-stream; charset=utf-8');
      if (request.method === 'HEAD') return reply.send('');
      const body = new PassThrough();
      open.set(body, session.digest);
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

/** Reads until the function that it returns is called. */
function startReading(context: Context, visit: AccountVisit, body: PassThrough): () => void {
  const { account, query, link, request, secret } = visit;
  const { raw } = request;
  const filter = filterOf(account, chosenIn(query));
  const lastEventId = raw.headers['last-event-id'];
  const place = typeof lastEventId === 'string' ? lastEventId : textOf(query, 'after');
  let from = timeOfPlace(place) ?? visit.now;
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
