/** Small images of each kind, made here, and the pieces to make wrong ones of. */

import { crc32, deflateSync } from 'node:zlib';

export function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

const PNG_SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

export interface Png {
  width?: number;
  height?: number;
  depth?: number;
  colour?: number;
  interlace?: number;
  pixels?: Buffer;
  before?: readonly Buffer[];
  after?: Buffer;
}

/** Blue, in RGB. */
export function makePng(options: Png = {}): Buffer {
  const { width = 8, height = 8, depth = 8, colour = 2, interlace = 0 } = options;
  const row = () => Buffer.concat([Buffer.from([0]), Buffer.from('0b5cad'.repeat(width), 'hex')]);
  const pixels = options.pixels ?? Buffer.concat(Array.from({ length: height }, row));
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colour, 0, 0, interlace], 8);
  return Buffer.concat([
    PNG_SIGNATURE,
    pngChunk('IHDR', header),
    ...(options.before ?? []),
    pngChunk('IDAT', deflateSync(pixels)),
    pngChunk('IEND', Buffer.alloc(0)),
    options.after ?? Buffer.alloc(0),
  ]);
}

function segment(marker: number, data: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([head, data]);
}

/** The shape of a JPEG of one component, with a place and a comment in it. */
export function makeJpeg(
  options: { width?: number; after?: Buffer; frames?: number } = {},
): Buffer {
  const { width = 16, frames = 1, after = Buffer.alloc(0) } = options;
  const frame = Buffer.from([8, 0, 16, width >> 8, width & 255, 1, 1, 0x11, 0]);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1')),
    segment(0xe1, Buffer.from('Exif\0\0 a place', 'latin1')),
    segment(0xfe, Buffer.from('a comment', 'latin1')),
    segment(0xdb, Buffer.concat([Buffer.from([0]), Buffer.alloc(64, 1)])),
    ...Array<Buffer>(frames).fill(segment(0xc0, frame)),
    segment(0xc4, Buffer.concat([Buffer.from([0]), Buffer.alloc(16), Buffer.alloc(0)])),
    segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
    Buffer.from([0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56]),
    Buffer.from([0xff, 0xd9]),
    after,
  ]);
}

function riff(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}

/** The shape of a lossless WebP; with `extended`, with metadata. */
export function makeWebp(
  options: { width?: number; extended?: boolean; flags?: number } = {},
): Buffer {
  const { width = 16, extended = false, flags = 0x08 } = options;
  const frame = Buffer.alloc(12);
  frame[0] = 0x2f;
  frame.writeUInt32LE(((width - 1) & 0x3fff) | (15 << 14), 1);
  const header = Buffer.alloc(10);
  header[0] = flags;
  header.writeUIntLE(width - 1, 4, 3);
  header.writeUIntLE(15, 7, 3);
  const chunks = extended
    ? [riff('VP8X', header), riff('VP8L', frame), riff('EXIF', Buffer.from('a place'))]
    : [riff('VP8L', frame)];
  return riff('RIFF', Buffer.concat([Buffer.from('WEBP'), ...chunks]));
}
