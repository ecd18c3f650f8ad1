/** A certificate that nobody vouches for, for servers that are not ours. */

import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { writeLeafCertificate } from '../../src/exec/tls/certificate.ts';

export function makeSelfSigned(host: string): { key: string; cert: string; fingerprint: string } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const validity = { notBefore: new Date(), notAfter: new Date(Date.now() + 3_600_000) };
  const cert = writeLeafCertificate(
    host,
    createPublicKey(privateKey),
    privateKey,
    validity,
    'http://127.0.0.1/none',
  );
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { key, cert, fingerprint: new X509Certificate(cert).fingerprint256 };
}
