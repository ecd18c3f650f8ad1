/** Acts on a running server, by its admin API: an error names the resource and the server. */

import { type Act, pathMembers } from '../admin/act.ts';
import type { Wire } from '../admin/input.ts';
import { ADMIN_ROOT } from '../admin/problems.ts';
import { ERRORS } from '../http/errors.ts';
import { Problem, type ProblemName } from '../problem.ts';
import type { Call } from './call.ts';

const TIMEOUT_MS = 120_000;

/** Runs `work` on the server at `origin`. */
export async function onServer<Result>(
  origin: string,
  key: string,
  work: (call: Call) => Promise<Result>,
): Promise<Result> {
  if (key === '') {
    const sentence = `Set CONNECT_APPS_ADMIN_KEY to the admin key of ${origin}.`;
    throw new Problem('setting_invalid', sentence);
  }
  // Only here: it takes longer to load than any other command needs.
  const { Agent, request } = await import('undici');
  const dispatcher = new Agent();

  const call: Call = async (act, input = {}) => {
    const { path, query, body } = requestOf(act, input);
    let status: number;
    let text: string;
    try {
      // Not with fetch, which refuses some ports and follows redirects with the key.
      const reply = await request(origin + path, {
        dispatcher,
        method: act.method,
        query,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      status = reply.statusCode;
      text = await reply.body.text();
    } catch (cause) {
      const reason = cause instanceof Error && 'code' in cause ? cause.code : cause;
      throw new Problem('server_not_ready', `No server answers at ${origin} (${reason}).`, {
        cause,
      });
    }
    const answer = parse(text);
    if (status === 200 && answer !== undefined) return answer;
    throw problemOf(answer ?? {}, status, origin);
  };
  try {
    return await work(call);
  } finally {
    await dispatcher.close();
  }
}

function requestOf(act: Act, input: Wire) {
  const inPath = pathMembers(act);
  const path = act.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(input[name] ?? '')),
  );
  const rest = Object.entries(input).filter(
    ([name, value]) => !inPath.includes(name) && value !== undefined,
  );
  const hasBody = act.method === 'POST' || act.method === 'PUT';
  return {
    path: ADMIN_ROOT + path,
    query: hasBody ? {} : Object.fromEntries(rest.map(([name, value]) => [name, String(value)])),
    body: hasBody ? JSON.stringify(Object.fromEntries(rest)) : undefined,
  };
}

function parse(text: string): Wire | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** The problem that the server raised, with its own sentence. */
function problemOf({ error, message }: Wire, status: number, origin: string): Problem {
  const name = typeof error === 'string' && isProblemName(error) ? error : undefined;
  if (name === undefined || typeof message !== 'string') {
    return new Problem(
      'server_not_ready',
      `The server at ${origin} has no admin API: it answered ${status}. Start it with CONNECT_APPS_ADMIN_KEY.`,
    );
  }
  if (name === 'not_found') {
    return new Problem(name, `${message.replace(/\.$/, '')} in ${origin}.`);
  }
  const isOfServer = ['not_authenticated', 'storage_unavailable', 'overloaded'].includes(name);
  return new Problem(name, isOfServer ? `${origin}: ${message}` : message);
}

function isProblemName(text: string): text is ProblemName {
  return Object.hasOwn(ERRORS, text) && text !== 'internal';
}
