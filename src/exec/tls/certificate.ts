/**
 * Writes X.509 certificates (RFC 5280) of the two shapes that `exec` needs, a local authority that may
 * vouch for twilio.com and nothing else, and the leaf of one host; and the authority's empty list of
 * revoked certificates. Which keys, and for how long, is certificate-authority.ts's business.
 */

import {
  createHash,
  createPublicKey,
  type KeyObject,
  randomBytes,
  sign,
  type X509Certificate,
} from 'node:crypto';
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
  unsignedInteger,
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
  return writePem(signed(authorityContent(createPublicKey(key), newSerialNumber(), validity), key));
}

/**
 * Whether a certificate is exactly what writeAuthorityCertificate writes for this key, apart from the
 * signature, which must be the key's. A certificate that is valid for more cannot pass.
 */
export function isAuthorityCertificate(certificate: X509Certificate, key: KeyObject): boolean {
  const publicKey = createPublicKey(key);
  const serialNumber = Buffer.from(certificate.serialNumber, 'hex');
  const validity = { notBefore: certificate.validFromDate, notAfter: certificate.validToDate };
  const content = authorityContent(publicKey, serialNumber, validity);
  // After the header of the outer sequence, which is four bytes for this length.
  const isOurs = certificate.raw.subarray(4, 4 + content.length).equals(content);
  return isOurs && certificate.checkPrivateKey(key) && certificate.verify(publicKey);
}

function authorityContent(publicKey: KeyObject, serialNumber: Buffer, validity: Validity): Buffer {
  return certificateContent(
    authorityName(publicKey),
    publicKey,
    publicKey,
    serialNumber,
    validity,
    [
      critical('2.5.29.19', sequence(booleanTrue(), integer(0))), // basicConstraints
      critical('2.5.29.15', bitString(Buffer.of(0b0000_0110), 1)), // keyUsage: certificates, lists
      critical('2.5.29.30', nameConstraints()),
      extension('2.5.29.37', sequence(SERVER_AUTHENTICATION)), // extKeyUsage
      extension('2.5.29.14', octetString(keyIdentifier(publicKey))), // subjectKeyIdentifier
    ],
  );
}

/**
 * The certificate of `host`, in PEM, signed by the authority whose private key `authorityKey` is. The
 * authority's list of revoked certificates is at `revocationListUrl`.
 */
export function writeLeafCertificate(
  host: string,
  publicKey: KeyObject,
  authorityKey: KeyObject,
  validity: Validity,
  revocationListUrl: string,
): string {
  const issuer = createPublicKey(authorityKey);
  const list = explicit(0, explicit(0, implicit(6, Buffer.from(revocationListUrl))));
  const extensions = [
    critical('2.5.29.15', bitString(Buffer.of(0b1000_0000), 7)), // keyUsage: signatures
    extension('2.5.29.37', sequence(SERVER_AUTHENTICATION)), // extKeyUsage
    extension('2.5.29.17', sequence(implicit(2, Buffer.from(host)))), // subjectAltName
    extension('2.5.29.31', sequence(sequence(list))), // cRLDistributionPoints
    authorityKeyIdentifier(issuer),
    extension('2.5.29.14', octetString(keyIdentifier(publicKey))), // subjectKeyIdentifier
  ];
  const serialNumber = newSerialNumber();
  const name = 'connect-apps exec';
  const content = certificateContent(name, publicKey, issuer, serialNumber, validity, extensions);
  return writePem(signed(content, authorityKey));
}

/** The authority's list of revoked certificates, in DER, with none on it; a later one has a greater `number`. */
export function writeRevocationList(
  authorityKey: KeyObject,
  number: number,
  { notBefore, notAfter }: Validity,
): Buffer {
  const issuer = createPublicKey(authorityKey);
  const content = sequence(
    integer(1), // version 2
    ECDSA_WITH_SHA256,
    commonName(authorityName(issuer)),
    time(notBefore), // thisUpdate
    time(notAfter), // nextUpdate
    explicit(
      0,
      sequence(
        authorityKeyIdentifier(issuer),
        extension('2.5.29.20', unsignedInteger(number)), // cRLNumber
      ),
    ),
  );
  return signed(content, authorityKey);
}

function certificateContent(
  subject: string,
  publicKey: KeyObject,
  issuer: KeyObject,
  serialNumber: Buffer,
  validity: Validity,
  extensions: Buffer[],
): Buffer {
  return sequence(
    explicit(0, integer(2)), // version 3
    integer(...serialNumber),
    ECDSA_WITH_SHA256,
    commonName(authorityName(issuer)),
    sequence(time(validity.notBefore), time(validity.notAfter)),
    commonName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensions)),
  );
}

/** Positive, and unlike any other. */
function newSerialNumber(): Buffer {
  return Buffer.of(1, ...randomBytes(15));
}

function signed(content: Buffer, key: KeyObject): Buffer {
  return sequence(content, ECDSA_WITH_SHA256, bitString(sign('sha256', content, key)));
}

function authorityKeyIdentifier(issuer: KeyObject): Buffer {
  return extension('2.5.29.35', sequence(implicit(0, keyIdentifier(issuer))));
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
