/**
 * Writes DER (ITU-T X.690): the handful of types that a certificate and a trust store are made of.
 * Writing only; reading back is left to node:crypto, OpenSSL and Java, which the tests ask.
 */

/** One element: tag, length, content. */
export function der(tag: number, ...content: Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  if (body.length < 0x80) return Buffer.concat([Buffer.of(tag, body.length), body]);
  const length = Buffer.from(
    body.length
      .toString(16)
      .padStart(8, '0')
      .replace(/^(00)+/, ''),
    'hex',
  );
  return Buffer.concat([Buffer.of(tag, 0x80 | length.length), length, body]);
}

export function sequence(...elements: Uint8Array[]): Buffer {
  return der(0x30, ...elements);
}

/** Unordered elements, which DER sorts by their bytes. */
export function setOf(...elements: Uint8Array[]): Buffer {
  return der(0x31, ...elements.toSorted(Buffer.compare));
}

/** An element under a context tag: `[0]`, `[1]`… around whole elements. */
export function explicit(number: number, ...elements: Uint8Array[]): Buffer {
  return der(0xa0 | number, ...elements);
}

/** Bytes under a context tag that stands in place of their own. */
export function implicit(number: number, bytes: Uint8Array): Buffer {
  return der(0x80 | number, bytes);
}

/** A number as big-endian bytes, in their shortest form; a first byte over 0x7f makes it negative. */
export function integer(...bytes: number[]): Buffer {
  return der(0x02, Buffer.from(bytes));
}

/** A whole number that is not negative, of up to 52 bits. */
export function unsignedInteger(value: number): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  return integer(...((bytes[0] ?? 0) > 0x7f ? [0, ...bytes] : bytes));
}

export function octetString(...content: Uint8Array[]): Buffer {
  return der(0x04, ...content);
}

/** A string of whole bytes: the count of unused bits is 0 unless it is given. */
export function bitString(bytes: Uint8Array, unusedBits = 0): Buffer {
  return der(0x03, Buffer.of(unusedBits), bytes);
}

export function booleanTrue(): Buffer {
  return der(0x01, Buffer.of(0xff));
}

export function utf8String(text: string): Buffer {
  return der(0x0c, Buffer.from(text));
}

/** UTF-16, big-endian, without surrogate pairs: what PKCS #12 names are written in. */
export function bmpString(text: string): Buffer {
  return der(0x1e, Buffer.from(text, 'utf16le').swap16());
}

/** An object identifier from its dotted form. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(0x06, Buffer.from([first * 40 + second, ...rest].flatMap(base128)));
}

function base128(value: number): number[] {
  const digits = [value % 128];
  for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128)) {
    digits.unshift(0x80 | (left % 128));
  }
  return digits;
}

/** A date to the second: two digits of the year until 2049, four from 2050 on (RFC 5280, 4.1.2.5). */
export function time(date: Date): Buffer {
  const text = `${date.toISOString().replace(/[-:T]|\.\d+Z$/g, '')}Z`;
  return date.getUTCFullYear() < 2050
    ? der(0x17, Buffer.from(text.slice(2)))
    : der(0x18, Buffer.from(text));
}
