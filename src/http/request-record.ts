/**
 * What the record of requests takes of a request: who, the pattern of its route, and what became of it. No
 * URL, no parameter, no name. Whatever is not the API's is left out.
 */

import { isIPv4, isIPv6 } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Sender } from '../access/authenticate.ts';
import type { Clock } from '../clock.ts';
import { Problem } from '../problem.ts';
import { reasonOfProblem } from '../reason.ts';
import type { RequestDetails, RequestKind } from '../requests/buffer.ts';
import type { Recorder } from '../requests/recorder.ts';
import { NOBODY } from '../requests/request.ts';
import { parseSid } from '../sid.ts';
import { ERRORS } from './errors.ts';
import { pathParameter } from './request.ts';
import { routeOf, standInOf } from './stand-in-mark.ts';

const ACCOUNT_PATH = /^\/2010-04-01\/Accounts\/(AC[0-9a-f]{32})(?:[/.?]|$)/i;
const RESOURCE_SID = /^[A-Z]{2}[0-9a-f]{32}$/i;
/** RFC 9110, section 10.1.5: the first product, and its version. */
const PRODUCT = /^[\w.+-]{1,40}(?:\/[\w.+-]{1,20})?/;
const UNKNOWN_ROUTE = '/2010-04-01/Accounts/:AccountSid/…';
/** An overloaded server has other work, and a database that is away takes no record. */
const UNRECORDED = ['overloaded', 'storage_unavailable'];

/** Returns what pushes each answered request into the record. */
export function recordTo(recorder: Recorder, clock: Clock) {
  return (request: FastifyRequest, reply: FastifyReply, fault: unknown): void => {
    const { sender, method } = request;
    if (method === 'OPTIONS' || (sender === undefined && !request.is404)) return;
    const problem = fault === undefined ? undefined : nameOf(fault);
    if (problem !== undefined && UNRECORDED.includes(problem)) return;
    const now = clock.now();
    const status = reply.statusCode;
    const reason =
      problem === undefined
        ? null
        : (fault instanceof Problem && fault.reason) || reasonOfProblem(problem, status);
    const what = { method, route: routeOf(request) ?? UNKNOWN_ROUTE, status, reason };
    const named = parseSid('AC', pathParameter(request, 'AccountSid')) ?? '';
    const detailsOf = (pathAccountSid: string) => (): RequestDetails => ({
      sid: request.id,
      createdAt: now,
      pathAccountSid,
      code: problem === undefined ? null : ERRORS[problem].code,
      problem: problem ?? null,
      durationUs: Math.round(reply.elapsedTime * 1000),
      network: networkOf(request.ip),
      userAgent: productOf(request.headers['user-agent']),
      resourceSid: resourceOf(request),
    });

    if (sender?.account === undefined) {
      const claimed = claimOf(request, named);
      if (claimed === undefined) return;
      const kind: RequestKind = { accountSid: claimed, isClaimed: true, caller: NOBODY, ...what };
      recorder.push(kind, now, detailsOf(claimed));
      return;
    }
    const { account, app, credential } = sender;
    const pathAccountSid = named || account.sid;
    const details = detailsOf(pathAccountSid);
    const caller = callerOf(sender, pathAccountSid);
    recorder.push({ accountSid: account.ownerAccountSid, caller, ...what }, now, details);
    if (credential) recorder.noteUse(credential.accountSid, credential.what, now);
    if (app === undefined) return;
    // Its developer asks why it was refused, its customer what it did.
    if (status < 400) recorder.noteUse(account.ownerAccountSid, app.sid, now);
    if (app.ownerParentSid === account.ownerAccountSid) return;
    recorder.push({ accountSid: app.ownerParentSid, caller, ...what }, now, details);
  };
}

function nameOf(fault: unknown): keyof typeof ERRORS {
  return fault instanceof Problem ? fault.problem : 'internal';
}

function callerOf({ account, app, credential }: Sender, pathAccountSid: string): string {
  if (app) return app.sid;
  if (credential?.what.startsWith('SK')) return credential.what;
  return account?.sid === account?.ownerAccountSid && account?.sid !== pathAccountSid
    ? 'parent'
    : 'account';
}

/** The account that a request names without right credentials: in them, or in its path. */
function claimOf(request: FastifyRequest, named: string): string | undefined {
  const { credentials } = request;
  const ofCredentials = credentials && parseSid('AC', credentials.username);
  if (ofCredentials) return ofCredentials;
  const [, inPath = ''] = request.is404 ? (ACCOUNT_PATH.exec(request.originalUrl) ?? []) : [];
  return named || parseSid('AC', inPath);
}

/** The SID at the end of the path, if it names something other than an account. */
function resourceOf(request: FastifyRequest): string | null {
  const { params } = request;
  if (typeof params !== 'object' || params === null) return null;
  const values: unknown[] = Object.values(params);
  const mark = standInOf(request);
  const last = mark ? (mark.sid ?? '') : values.length > 1 ? String(values.at(-1)) : '';
  return RESOURCE_SID.test(last) ? last.slice(0, 2) + last.slice(2).toLowerCase() : null;
}

/** /24 of IPv4 and /48 of IPv6: a network, and nobody in it. */
function networkOf(ip: string): string {
  const address = ip.startsWith('::ffff:') && isIPv4(ip.slice(7)) ? ip.slice(7) : ip;
  if (isIPv4(address)) return `${address.slice(0, address.lastIndexOf('.'))}.0/24`;
  if (!isIPv6(address)) return 'unknown';
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array<string>(zeros).fill('0'), ...after];
  return `${groups.slice(0, 3).join(':')}::/48`;
}

function productOf(userAgent: string | undefined): string | null {
  return PRODUCT.exec(userAgent ?? '')?.[0] ?? null;
}
