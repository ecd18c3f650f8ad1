/**
 * Reads the host that a TLS connection names in its first message (RFC 8446, 4.1.2; RFC 6066, 3). A tunnel
 * to an address shows in nothing else whether it leads to Twilio.
 */

import type { Duplex } from 'node:stream';

const RECORD_HEADER = 5;
/** Record and handshake headers, the version, and the random bytes. */
const FIXED_PART = RECORD_HEADER + 4 + 2 + 32;
const TLS_HANDSHAKE = 0x16;
const SERVER_NAME = 0;

/** Reads the name from what a client sends first, which stays to be read; undefined when there is none. */
export async function peekServerName(client: Duplex): Promise<string | undefined> {
  let bytes = Buffer.alloc(0);
  do {
    const chunk = await nextChunk(client);
    if (chunk === undefined) break;
    bytes = Buffer.concat([bytes, chunk]);
  } while (bytes[0] === TLS_HANDSHAKE && bytes.length < lengthOfRecord(bytes));
  if (bytes.length > 0) client.unshift(bytes);
  return bytes[0] === TLS_HANDSHAKE ? findServerName(bytes) : undefined;
}

function lengthOfRecord(bytes: Buffer): number {
  return RECORD_HEADER + (bytes.length < RECORD_HEADER ? 0 : bytes.readUInt16BE(3));
}

/** The next bytes, now or later; undefined at the end. */
function nextChunk(client: Duplex): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const read = () => {
      const chunk: Buffer | null = client.read();
      if (chunk === null && !client.readableEnded && !client.destroyed) return;
      for (const name of ['readable', 'end', 'close']) client.off(name, read);
      resolve(chunk ?? undefined);
    };
    for (const name of ['readable', 'end', 'close']) client.on(name, read);
    read();
  });
}

/** Finds the server name in a ClientHello; undefined if it is malformed. */
export function findServerName(hello: Buffer): string | undefined {
  try {
    let at = FIXED_PART;
    at += 1 + hello.readUInt8(at); // session id
    at += 2 + hello.readUInt16BE(at); // cipher suites
    at += 1 + hello.readUInt8(at); // compression methods
    const end = at + 2 + hello.readUInt16BE(at);
    at += 2;
    while (at < end) {
      const length = hello.readUInt16BE(at + 2);
      if (hello.readUInt16BE(at) === SERVER_NAME) {
        // A list of one: its length, the kind of the name, the length of the name.
        return hello.toString('latin1', at + 9, at + 9 + hello.readUInt16BE(at + 7));
      }
      at += 4 + length;
    }
  } catch {
    // It ended too early.
  }
  return undefined;
}
