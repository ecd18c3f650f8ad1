/**
 * A receiver of callbacks inside the process: what is sent to its URL is answered without a connection. The URL is
 * the same in every world, so that the same seed gives the same bytes; the name never resolves (RFC 6761).
 */

import { signCallback } from '../callbacks/signature.ts';
import type { OutgoingRequest } from '../outgoing/exchange.ts';
import type { GuardedClient } from '../outgoing/guarded-client.ts';
import { failure } from '../outgoing/outcome.ts';
import type { Callback, Inbox, Reply } from './types.ts';
import { createBell } from './wait.ts';

const ORIGIN = 'http://inbox.test';
export const INBOX_URL = `${ORIGIN}/deauthorized`;
export const REDIRECT_URL = `${ORIGIN}/connected`;

const TIMEOUT_MS = 2000;
/** How long an attempt waits for an answer, as behind the real client. */
const ATTEMPT_MS = 15_000;
const OK = 204;

type Outcome = Awaited<ReturnType<GuardedClient['send']>>;

export interface WorldInbox extends Inbox {
  /** A client that sends to the inbox what is for it, and everything else as before. */
  wrap(client: GuardedClient): GuardedClient;
  /** What came after the first `count`, as soon as there is something, or the time is over. */
  after(count: number, timeoutMs: number): Promise<Callback[]>;
  clear(): void;
}

export interface InboxParts {
  now: () => number;
  /** The auth token that callbacks of this app are signed with. */
  tokenOf: (connectAppSid: string) => Promise<string>;
  /** Takes each request that leaves the server, and what became of it. */
  log: (request: OutgoingRequest, outcome: Outcome) => void;
  /** Delivers what is due now. */
  hasten: () => Promise<void>;
}

export function createInbox({ now, tokenOf, log, hasten }: InboxParts): WorldInbox {
  let callbacks: Callback[] = [];
  let replies: Reply[] = [];
  let returned = 0;
  const attempts = new Map<string, number>();
  const bell = createBell();

  async function receive(request: OutgoingRequest): Promise<Outcome> {
    const { method, headers, url } = request;
    const signature = headers['x-twilio-signature'];
    // A browser that follows a redirect: no callback, and no answer of the script is for it.
    if (signature === undefined) return { answered: true, status: 200, body: '', durationMs: 0 };
    const form = method === 'POST' ? new URLSearchParams(request.body) : new URL(url).searchParams;
    const params = Object.fromEntries(form);
    const authToken = await tokenOf(params.ConnectAppSid ?? '');
    const base = method === 'POST' ? url : url.slice(0, url.indexOf('?'));
    const right = signCallback({ authToken, method, url: base, parameters: params });
    const token = headers['i-twilio-idempotency-token'] ?? '';
    const attempt = (attempts.get(token) ?? 0) + 1;
    attempts.set(token, attempt);
    const outcome = outcomeOf(replies.shift() ?? OK);
    callbacks.push({
      params,
      method,
      url,
      headers: { ...headers },
      signatureIsValid: signature === right.signature,
      signed: right.signed,
      attempt,
      at: new Date(now()).toISOString(),
      status: outcome.answered ? outcome.status : null,
    });
    bell.ring();
    return outcome;
  }

  return {
    url: INBOX_URL,
    all: () => [...callbacks],
    answer(...next) {
      replies.push(...next);
    },
    async next({ timeoutMs = TIMEOUT_MS } = {}) {
      await hasten();
      const callback = await bell.until(() => callbacks[returned], timeoutMs);
      if (callback === undefined) {
        throw new Error(
          `No callback came within ${timeoutMs} ms; ${callbacks.length} came before.`,
        );
      }
      returned += 1;
      return callback;
    },
    async after(count, timeoutMs) {
      await hasten();
      await bell.until(() => callbacks[count], timeoutMs);
      return callbacks.slice(count);
    },
    wrap: (client) => ({
      ...client,
      async send(request) {
        const isOurs = URL.parse(request.url)?.origin === ORIGIN;
        const outcome = await (isOurs ? receive(request) : client.send(request));
        log(request, outcome);
        return outcome;
      },
      async findObstacle(url) {
        return URL.parse(url)?.origin === ORIGIN ? undefined : client.findObstacle(url);
      },
    }),
    clear() {
      callbacks = [];
      replies = [];
      returned = 0;
      attempts.clear();
    },
  };
}

function outcomeOf(reply: Reply): Outcome {
  const { status = OK, delayMs = 0, drop } = typeof reply === 'number' ? { status: reply } : reply;
  if (drop) return { ...failure('connection_lost'), durationMs: delayMs };
  if (delayMs >= ATTEMPT_MS) return { ...failure('timed_out'), durationMs: ATTEMPT_MS };
  return { answered: true, status, body: '', durationMs: delayMs };
}
