/**
 * The local authority of a person: made once, kept in one file that its owner alone can read, and never
 * installed anywhere. Key and certificate share the file so that they cannot part.
 */

import {
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  X509Certificate,
} from 'node:crypto';
import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Clock } from '../../clock.ts';
import { readKeptFile, secureFolder, writeKeptFile } from './authority-file.ts';
import {
  isAuthorityCertificate,
  writeAuthorityCertificate,
  writeLeafCertificate,
  writeRevocationList,
} from './certificate.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const AUTHORITY_DAYS = 3650;
/** The longest life that every client accepts of a server's certificate. */
const LEAF_DAYS = 397;
const REVOCATION_LIST_DAYS = 7;

export interface Authority {
  /** The certificate that a client must trust, in PEM. */
  certificate: string;
  /**
   * Terminates TLS for `host`. Created at first use, and never written to disk. Its certificate says that the
   * list of revoked ones is at `revocationListUrl`.
   */
  contextFor(host: string, revocationListUrl: string): SecureContext;
  /** The current revocation list in DER, which is empty. */
  writeRevocationList(): Buffer;
}

/**
 * Loads the authority in `folder`, or creates it. An authority that has expired, is damaged, was readable by
 * others or is valid for more than twilio.com is replaced, with a notice. Processes that do this at the same
 * time each get a working one. Raises `setting_invalid` when the folder cannot be written or is not ours
 * alone.
 */
export function loadAuthority(
  folder: string,
  clock: Clock,
  notice: (line: string) => void,
): Authority {
  secureFolder(folder);
  const path = join(folder, 'exec-authority.pem');
  const kept = readKeptFile(path);
  if (kept !== undefined) {
    const fault = 'fault' in kept ? kept.fault : findAuthorityFault(kept.text, clock);
    if ('text' in kept && fault === undefined) return createAuthority(kept.text, clock);
    notice(`The certificate authority in ${path} ${fault}. Creating a new one.`);
  }
  const made = makeAuthority(clock);
  writeKeptFile(folder, path, made);
  return createAuthority(made, clock);
}

function makeAuthority(clock: Clock): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = writeAuthorityCertificate(privateKey, validityOf(AUTHORITY_DAYS, clock));
  return `${pemOf(privateKey)}${certificate}`;
}

function createAuthority(pem: string, clock: Clock): Authority {
  const authorityKey = createPrivateKey(pem);
  const certificate = new X509Certificate(pem).toString();
  const leaf = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = pemOf(leaf.privateKey);
  const contexts = new Map<string, SecureContext>();

  return {
    certificate,
    contextFor(host, revocationListUrl) {
      const known = contexts.get(host);
      if (known !== undefined) return known;
      const validity = validityOf(LEAF_DAYS, clock);
      const { publicKey } = leaf;
      const cert = writeLeafCertificate(host, publicKey, authorityKey, validity, revocationListUrl);
      const context = createSecureContext({ key, cert });
      contexts.set(host, context);
      return context;
    },
    writeRevocationList() {
      const validity = validityOf(REVOCATION_LIST_DAYS, clock);
      return writeRevocationList(authorityKey, clock.now(), validity);
    },
  };
}

/** What is wrong with a kept authority, as the end of a sentence. */
function findAuthorityFault(pem: string, clock: Clock): string | undefined {
  try {
    const certificate = new X509Certificate(pem);
    const key = createPrivateKey(pem);
    if (!certificate.checkPrivateKey(key)) return 'is damaged';
    if (!isAuthorityCertificate(certificate, key)) return 'was not created by exec';
    const expiresAt = certificate.validToDate.getTime();
    // A day's notice, so that it does not expire under a command that runs.
    return expiresAt - DAY_MS < clock.now() ? 'has expired' : undefined;
  } catch {
    return 'is damaged';
  }
}

/** From a day ago on, for clocks that are not quite right. */
function validityOf(days: number, clock: Clock): { notBefore: Date; notAfter: Date } {
  const now = clock.now();
  return { notBefore: new Date(now - DAY_MS), notAfter: new Date(now + (days - 1) * DAY_MS) };
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
