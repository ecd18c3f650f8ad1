/**
 * Writes X.509 certificates (RFC 5280) of the two shapes that `exec` needs: a local authority that may
 * vouch for twilio.com and nothing else, and the leaf of one host. Which keys, and for how long, is
 * certificate-authority.ts's business.
 */

import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import {
  bitString,
  booleanTrue,
  explicit,
  implicit,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  time,
  utf8String,
} from './der.ts';
import { writePem } from './pem.ts';

const ECDSA_WITH_SHA256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));
const SERVER_AUTHENTICATION = objectIdentifier('1.3.6.1.5.5.7.3.1');

interface Validity {
  notBefore: Date;
  notAfter: Date;
}

/** The certificate of an authority that signed itself, in PEM; no client accepts it outside twilio.com. */
export function writeAuthorityCertificate(key: KeyObject, validity: Validity): string {
  const publicKey = createPublicKey(key);
  return writeCertificate(authorityName(publicKey), publicKey, key, validity, [
    critical('2.5.29.19', sequence(booleanTrue(), integer(0))), // basicConstraints
    critical('2.5.29.15', bitString(Buffer.of(0b0000_0110), 1)), // keyUsage: certificates, lists
    critical('2.5.29.30', nameConstraints()),
    extension('2.5.29.37', sequence(SERVER_AUTHENTICATION)), // extKeyUsage
    extension('2.5.29.14', octetString(keyIdentifier(publicKey))), // subjectKeyIdentifier
  ]);
}

/** The certificate of `host`, in PEM, signed by the authority whose private key `authorityKey` is. */
export function writeLeafCertificate(
  host: string,
  publicKey: KeyObject,
  authorityKey: KeyObject,
  validity: Validity,
): string {
  const issuerIdentifier = keyIdentifier(createPublicKey(authorityKey));
  return writeCertificate('connect-apps exec', publicKey, authorityKey, validity, [
    critical('2.5.29.15', bitString(Buffer.of(0b1000_0000), 7)), // keyUsage: signatures
    extension('2.5.29.37', sequence(SERVER_AUTHENTICATION)), // extKeyUsage
    extension('2.5.29.17', sequence(implicit(2, Buffer.from(host)))), // subjectAltName
    extension('2.5.29.35', sequence(implicit(0, issuerIdentifier))), // authorityKeyIdentifier
    extension('2.5.29.14', octetString(keyIdentifier(publicKey))), // subjectKeyIdentifier
  ]);
}

function writeCertificate(
  subject: string,
  publicKey: KeyObject,
  signingKey: KeyObject,
  validity: Validity,
  extensions: Buffer[],
): string {
  const content = sequence(
    explicit(0, integer(2)), // version 3
    integer(1, ...randomBytes(15)), // a serial number that is positive and unlike any other,
    ECDSA_WITH_SHA256,
    commonName(authorityName(createPublicKey(signingKey))),
    sequence(time(validity.notBefore), time(validity.notAfter)),
    commonName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensions)),
  );
  const signature = bitString(sign('sha256', content, signingKey));
  return writePem(sequence(content, ECDSA_WITH_SHA256, signature));
}

/** Names under twilio.com only, and no address at all: a DNS rule alone would leave addresses free. */
function nameConstraints(): Buffer {
  const permitted = sequence(implicit(2, Buffer.from('twilio.com')));
  const everyIpv4 = sequence(implicit(7, Buffer.alloc(8)));
  const everyIpv6 = sequence(implicit(7, Buffer.alloc(32)));
  return sequence(explicit(0, permitted), explicit(1, everyIpv4, everyIpv6));
}

function commonName(name: string): Buffer {
  return sequence(setOf(sequence(objectIdentifier('2.5.4.3'), utf8String(name))));
}

function extension(identifier: string, value: Buffer): Buffer {
  return sequence(objectIdentifier(identifier), octetString(value));
}

function critical(identifier: string, value: Buffer): Buffer {
  return sequence(objectIdentifier(identifier), booleanTrue(), octetString(value));
}

/** Differs from authority to authority: clients may hold several, and look for an issuer by its name. */
function authorityName(publicKey: KeyObject): string {
  return `connect-apps exec authority ${keyIdentifier(publicKey).toString('hex', 0, 4)}`;
}

/** Any value that is unique to the key will do (RFC 5280, 4.2.1.2). */
function keyIdentifier(publicKey: KeyObject): Buffer {
  const bytes = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(bytes).digest().subarray(0, 20);
}
