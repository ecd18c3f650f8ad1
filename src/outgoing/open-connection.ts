/**
 * Opens the one connection of an attempt. The name is resolved once, every address of the answer is
 * checked, and the connection goes to those very addresses: a second answer cannot change them.
 */

import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { connect as startTls } from 'node:tls';
import type { Networks } from '../network.ts';
import { isForbiddenAddress } from './address-table.ts';
import { type Failure, type FailureReason, failure } from './outcome.ts';
import type { Target } from './target.ts';

export interface ResolvedAddress {
  address: string;
  family: number;
}

/** Finds all addresses of a host name; rejects when there is none. */
export type Lookup = (hostname: string) => Promise<readonly ResolvedAddress[]>;

export interface ConnectionRules {
  allowedNetworks: Networks;
  lookup: Lookup;
  /** Ends the attempt, and closes the connection, also when it is already in use. */
  signal: AbortSignal;
}

// Node gives each of several addresses 250 ms, too little for a receiver on another continent.
const ADDRESS_TIMEOUT_MS = 2_000;

/** Opens a connection, with TLS for https, that is known to lead to an allowed address. */
export async function openConnection(
  target: Target,
  { allowedNetworks, lookup, signal }: ConnectionRules,
): Promise<Socket | Failure> {
  const { hostname, port, isSecure } = target;
  const resolved = await resolveAllowed(target, { allowedNetworks, lookup, signal });
  if ('reason' in resolved) return resolved;
  const { addresses } = resolved;
  let stage: FailureReason = 'connect_failed';
  try {
    const socket = connect({
      host: hostname,
      port,
      lookup: (_hostname, _options, done) => done(null, addresses),
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: ADDRESS_TIMEOUT_MS,
      signal,
    });
    ignoreLateErrors(socket);
    await once(socket, 'connect');
    if (isForbiddenAddress(socket.remoteAddress ?? '', allowedNetworks)) {
      socket.destroy();
      return failure('address_forbidden');
    }
    if (!isSecure) return socket;

    stage = 'tls_failed';
    const servername = isIP(hostname) === 0 ? hostname.replace(/\.$/, '') : '';
    const secure = startTls({
      socket,
      host: hostname,
      servername,
      rejectUnauthorized: true,
      ALPNProtocols: ['http/1.1'],
    });
    ignoreLateErrors(secure);
    await once(secure, 'secureConnect', { signal });
    return secure;
  } catch (error) {
    return failure(stage, error);
  }
}

/** Resolves the host of a target to addresses that are all allowed. */
export async function resolveAllowed(
  { hostname }: Pick<Target, 'hostname'>,
  { allowedNetworks, lookup, signal }: ConnectionRules,
): Promise<{ addresses: ResolvedAddress[] } | Failure> {
  try {
    const addresses = await resolve(hostname, lookup, signal);
    const isForbidden = addresses.some(({ address }) =>
      isForbiddenAddress(address, allowedNetworks),
    );
    return isForbidden ? failure('address_forbidden') : { addresses };
  } catch (error) {
    return failure('dns_failed', error);
  }
}

async function resolve(hostname: string, lookup: Lookup, signal: AbortSignal) {
  const family = isIP(hostname);
  if (family !== 0) return [{ address: hostname, family }];
  const aborted = once(signal, 'abort').then(() => Promise.reject(signal.reason));
  const addresses = await Promise.race([lookup(hostname), aborted]);
  if (addresses.length === 0) throw new Error('The name has no address.');
  return [...addresses];
}

/** An error after the attempt has its outcome must not end the process. */
function ignoreLateErrors(socket: Socket): void {
  socket.on('error', () => {});
}
