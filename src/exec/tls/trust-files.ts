/**
 * The files through which a command's HTTP clients learn to trust the local authority in addition to all that
 * they trusted before. They hold nothing secret, and live as long as the command.
 */

import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';
import { writeJavaTrustStore } from './java-trust-store.ts';
import { parsePem, writePem } from './pem.ts';

export interface TrustFiles {
  /** The certificate of the local authority alone, in PEM. */
  authority: string;
  /** PEM certificates, one after the other. */
  bundle: string;
  /** A PKCS #12 trust store without a password. */
  javaTrustStore: string;
  /** A folder with an ini file for PHP. */
  phpIniFolder: string;
  remove(): void;
}

/** Writes the files for `authority` (in PEM), plus the certificates that the command's own settings trust. */
export function writeTrustFiles(authority: string, environment: NodeJS.ProcessEnv): TrustFiles {
  const texts = [authority, ...knownAuthorities(environment)];
  const certificates = parsePem(texts.join('\n')).filter(isCertificate);
  // A name that nobody can foresee, and a folder that its owner alone can open.
  const folder = mkdtempSync(join(tmpdir(), 'connect-apps-exec-'));
  const authorityFile = join(folder, 'authority.pem');
  const bundle = join(folder, 'authorities.pem');
  const javaTrustStore = join(folder, 'authorities.p12');
  const phpIniFolder = join(folder, 'php');
  const phpIni = `curl.cainfo = "${bundle}"\nopenssl.cafile = "${bundle}"\n`;
  writeFileSync(authorityFile, authority);
  writeFileSync(bundle, certificates.map(writePem).join(''));
  writeFileSync(javaTrustStore, writeJavaTrustStore(certificates));
  mkdirSync(phpIniFolder);
  writeFileSync(join(phpIniFolder, 'connect-apps.ini'), phpIni);
  return {
    authority: authorityFile,
    bundle,
    javaTrustStore,
    phpIniFolder,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Those of the system, those that most languages bring along, and those that the user added. */
function knownAuthorities(environment: NodeJS.ProcessEnv): string[] {
  const { SSL_CERT_FILE, NODE_EXTRA_CA_CERTS, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE } = environment;
  const added = new Set([SSL_CERT_FILE, NODE_EXTRA_CA_CERTS, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE]);
  return [
    ...getCACertificates('system'),
    ...getCACertificates('bundled'),
    ...Array.from(added, readTextIfAny),
  ];
}

/** Unreadable files are skipped: the user's setting did not work before either. */
function readTextIfAny(path: string | undefined): string {
  try {
    return path ? readFileSync(path, 'utf8') : '';
  } catch {
    return '';
  }
}

/** A certificate that does not parse would break the whole trust store for Java. */
function isCertificate(bytes: Buffer): boolean {
  try {
    return new X509Certificate(bytes).raw.length > 0;
  } catch {
    return false;
  }
}
