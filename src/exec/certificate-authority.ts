/**
 * The local authority of a data folder: made once, kept in one file that its owner alone can read, and
 * never installed anywhere. Key and certificate share the file so that they cannot part.
 */

import {
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  X509Certificate,
} from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Clock } from '../clock.ts';
import { Problem } from '../problem.ts';
import { writeAuthorityCertificate, writeLeafCertificate } from './certificate.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const AUTHORITY_DAYS = 3650;
/** The longest life that every client accepts of a server's certificate. */
const LEAF_DAYS = 397;

export interface Authority {
  /** What a client must trust, in PEM. */
  certificate: string;
  /** What ends TLS for `host`; made at its first use, and never written to disk. */
  contextFor(host: string): SecureContext;
}

/**
 * Loads the authority of `dataFolder`, or makes it. One that expired or is damaged is made anew, with a
 * notice. Processes that do this at the same time each get a working one. Raises `setting_invalid`
 * when the folder cannot be written.
 */
export function loadAuthority(
  dataFolder: string,
  clock: Clock,
  notice: (line: string) => void,
): Authority {
  const path = join(dataFolder, 'exec-authority.pem');
  const kept = readText(path);
  const fault = kept === undefined ? 'absent' : findFault(kept, clock);
  if (kept !== undefined && fault === undefined) return createAuthority(kept, clock);
  if (kept !== undefined)
    notice(`The certificate authority in ${path} ${fault}: making a new one.`);
  const made = makeAuthority(clock);
  writeAtOnce(dataFolder, path, made);
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
    contextFor(host) {
      const known = contexts.get(host);
      if (known !== undefined) return known;
      const validity = validityOf(LEAF_DAYS, clock);
      const cert = writeLeafCertificate(host, leaf.publicKey, authorityKey, validity);
      const context = createSecureContext({ key, cert });
      contexts.set(host, context);
      return context;
    },
  };
}

/** What is wrong with a kept authority, as the end of a sentence. */
function findFault(pem: string, clock: Clock): string | undefined {
  try {
    const certificate = new X509Certificate(pem);
    if (!certificate.checkPrivateKey(createPrivateKey(pem))) return 'is damaged';
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

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Another process sees the whole file or the one before it, never a part. */
function writeAtOnce(folder: string, path: string, text: string): void {
  const draft = `${path}.${randomUUID()}`;
  try {
    mkdirSync(folder, { recursive: true });
    try {
      writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
      renameSync(draft, path);
    } finally {
      rmSync(draft, { force: true });
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Problem(
      'setting_invalid',
      `The certificate authority of exec cannot be kept in the data folder ${folder}: ${reason}`,
      { cause },
    );
  }
}
