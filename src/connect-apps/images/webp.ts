/** WebP (RFC 9649): its chunks one by one. Metadata and animation are not kept. */

import type { Reading } from './image.ts';

const DAMAGED = 'is a damaged WebP image';
const KEPT = ['ALPH', 'VP8 ', 'VP8L'];
const ALPHA_FLAG = 0x10;
const ANIMATION_FLAG = 0x02;

interface Chunk {
  type: string;
  data: Buffer;
}

/** Reads a WebP image. */
export function readWebp(file: Buffer): Reading {
  const isWebp =
    file.toString('latin1', 0, 4) === 'RIFF' && file.toString('latin1', 8, 12) === 'WEBP';
  if (!isWebp) return undefined;
  const chunks = chunksOf(file);
  const [first] = chunks ?? [];
  if (chunks === undefined || first === undefined) return DAMAGED;
  const frames = chunks.filter(({ type }) => type === 'VP8 ' || type === 'VP8L');
  const [frame] = frames;
  if (frame === undefined || frames.length !== 1) return 'is an animated or damaged WebP image';
  const size = frame.type === 'VP8 ' ? sizeOfLossy(frame.data) : sizeOfLossless(frame.data);
  if (size === undefined) return DAMAGED;
  const kept = chunks.filter(({ type }) => KEPT.includes(type));
  if (first.type !== 'VP8X') {
    return kept.length === 1 ? { ...size, bytes: write(kept) } : DAMAGED;
  }
  if (first.data.length !== 10) return DAMAGED;
  const flags = first.data[0] ?? 0;
  if (flags & ANIMATION_FLAG) return 'is animated';
  const isSame =
    first.data.readUIntLE(4, 3) + 1 === size.width &&
    first.data.readUIntLE(7, 3) + 1 === size.height;
  if (!isSame) return DAMAGED;
  const header = Buffer.from(first.data);
  header[0] = flags & ALPHA_FLAG;
  return { ...size, bytes: write([{ type: 'VP8X', data: header }, ...kept]) };
}

/** All chunks, each whole; what comes after the end that the file announces goes. */
function chunksOf(file: Buffer): Chunk[] | undefined {
  const end = 8 + file.readUInt32LE(4);
  if (file.length < 12 || end > file.length) return undefined;
  const chunks: Chunk[] = [];
  let at = 12;
  while (at + 8 <= end) {
    const length = file.readUInt32LE(at + 4);
    const next = at + 8 + length + (length % 2);
    if (next > end) return undefined;
    chunks.push({
      type: file.toString('latin1', at, at + 4),
      data: file.subarray(at + 8, at + 8 + length),
    });
    at = next;
  }
  return at === end ? chunks : undefined;
}

/** RFC 6386, section 9.1: a key frame begins with its size. */
function sizeOfLossy(data: Buffer) {
  const isKeyFrame = data.length > 10 && ((data[0] ?? 1) & 1) === 0;
  if (!isKeyFrame || data.readUIntBE(3, 3) !== 0x9d012a) return undefined;
  return { width: data.readUInt16LE(6) & 0x3fff, height: data.readUInt16LE(8) & 0x3fff };
}

/** RFC 9649, section 3.4: 14 bits each, less one, and version 0. */
function sizeOfLossless(data: Buffer) {
  if (data.length <= 5 || data[0] !== 0x2f) return undefined;
  const bits = data.readUInt32LE(1);
  if (bits >>> 29 !== 0) return undefined;
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

function write(chunks: readonly Chunk[]): Buffer {
  const parts = chunks.flatMap(({ type, data }) => {
    const head = Buffer.alloc(8);
    head.write(type, 'latin1');
    head.writeUInt32LE(data.length, 4);
    return [head, data, Buffer.alloc(data.length % 2)];
  });
  const body = Buffer.concat([Buffer.from('WEBP'), ...parts]);
  const head = Buffer.alloc(8);
  head.write('RIFF', 'latin1');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}
