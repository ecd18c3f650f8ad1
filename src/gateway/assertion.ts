/**
 * Signed assertions: who may pass, as a short JWT (RFC 7519, EdDSA of RFC 8037), for a platform that can be
 * reached around its gateway.
 */

import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Identity, Question } from './decision.ts';

export interface Assertions {
  sign(asserted: { identity: Identity; requestId: string; question: Question }): string;
  /** The public keys, as JWKS (RFC 7517). */
  readonly keySet: { keys: readonly object[] };
}

const LIFE_SECONDS = 10;
/** PKCS #8 around the seed of an Ed25519 key (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Creates what signs. Its keys come from the secret keys, so that every process signs and publishes the same. */
export function createAssertions(keyring: Keyring, clock: Clock): Assertions {
  const [current, ...others] = keyring.seeds('signature of assertions').map(keyOf);
  if (current === undefined) throw new Error('the keyring is empty');
  const header = encode({ alg: 'EdDSA', typ: 'JWT', kid: current.publicKey.kid });
  return {
    keySet: { keys: [current, ...others].map(({ publicKey }) => publicKey) },
    sign({ identity, requestId, question: { method, target } }) {
      const iat = Math.floor(clock.now() / 1000);
      const { permissions, ...who } = identity;
      const claims = {
        iss: 'connect-apps',
        iat,
        exp: iat + LIFE_SECONDS,
        jti: requestId,
        ...who,
        permissions: permissions.join(' '),
        method,
        path: target,
      };
      const signed = `${header}.${encode(claims)}`;
      return `${signed}.${sign(null, Buffer.from(signed), current.privateKey).toString('base64url')}`;
    },
  };
}

function keyOf(seed: Buffer) {
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  // The thumbprint of RFC 7638.
  const kid = createHash('sha256')
    .update(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }))
    .digest('base64url');
  return {
    privateKey,
    publicKey: { kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' },
  };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
