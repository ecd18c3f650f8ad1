/**
 * Writes the one kind of PKCS #12 file (RFC 7292) that Java takes as a trust store: certificates in the
 * open, no key, no password, no integrity check, for what is in it is public.
 */

import {
  bmpString,
  explicit,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
} from './der.ts';

const DATA = '1.2.840.113549.1.7.1';
const CERTIFICATE_BAG = '1.2.840.113549.1.12.10.1.3';
const X509_CERTIFICATE = '1.2.840.113549.1.9.22.1';
const FRIENDLY_NAME = '1.2.840.113549.1.9.20';
/** Oracle's mark of a certificate to trust; Java passes over those without it. */
const TRUSTED_KEY_USAGE = '2.16.840.1.113894.746875.1.1';
const ANY_EXTENDED_KEY_USAGE = '2.5.29.37.0';

/** Writes a trust store of these certificates (in DER), for `javax.net.ssl.trustStoreType=PKCS12`. */
export function writeJavaTrustStore(certificates: readonly Uint8Array[]): Buffer {
  const bags = certificates.map((bytes, index) => certificateBag(bytes, `connect-apps-${index}`));
  const contents = sequence(contentInfo(sequence(...bags)));
  return sequence(integer(3), contentInfo(contents));
}

function contentInfo(content: Buffer): Buffer {
  return sequence(objectIdentifier(DATA), explicit(0, octetString(content)));
}

function certificateBag(bytes: Uint8Array, name: string): Buffer {
  const certificate = sequence(objectIdentifier(X509_CERTIFICATE), explicit(0, octetString(bytes)));
  return sequence(
    objectIdentifier(CERTIFICATE_BAG),
    explicit(0, certificate),
    setOf(
      attribute(FRIENDLY_NAME, bmpString(name)),
      attribute(TRUSTED_KEY_USAGE, objectIdentifier(ANY_EXTENDED_KEY_USAGE)),
    ),
  );
}

function attribute(identifier: string, value: Buffer): Buffer {
  return sequence(objectIdentifier(identifier), setOf(value));
}
