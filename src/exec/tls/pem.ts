/** Certificates in PEM (RFC 7468): text in, text out. */

const CERTIFICATE = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g;

/** Writes one certificate, of any origin, in one and the same form. */
export function writePem(certificate: Uint8Array): string {
  const lines =
    Buffer.from(certificate)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** The certificates in a text, each once, ignoring everything between them. */
export function parsePem(text: string): Buffer[] {
  const bodies = Array.from(text.matchAll(CERTIFICATE), ([, body = '']) => body.replace(/\s/g, ''));
  return [...new Set(bodies)].map((body) => Buffer.from(body, 'base64'));
}
