/** PNG (ISO/IEC 15948): every chunk in its place and with its checksum, and pixels of the size that is said. */

import { crc32, createInflate } from 'node:zlib';
import { hasUsualSize, type Reading } from './image.ts';

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
/** What draws the picture, in this order where there is one; text, time and animation go. */
const KEPT = [
  'IHDR',
  'gAMA',
  'cHRM',
  'sRGB',
  'sBIT',
  'PLTE',
  'tRNS',
  'bKGD',
  'pHYs',
  'IDAT',
  'IEND',
];
/** The samples of a pixel by colour type, and the bits that a sample may have. */
const COLOURS: Record<number, { samples: number; depths: readonly number[] }> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  3: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
};
/** Of what is inflated at a time. */
const PIECE_BYTES = 256 * 1024;
const DAMAGED = 'is a damaged PNG image';
/** Column, row and their steps of each pass of Adam7. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

interface Chunk {
  type: string;
  data: Buffer;
  /** With its length and checksum. */
  whole: Buffer;
}

/** Reads a PNG image. */
export async function readPng(file: Buffer): Promise<Reading> {
  if (!file.subarray(0, 8).equals(SIGNATURE)) return undefined;
  const chunks = chunksOf(file);
  const header = chunks?.[0];
  if (chunks === undefined || header?.type !== 'IHDR' || header.data.length !== 13) return DAMAGED;
  if (chunks.filter(({ type }) => type === 'IHDR').length !== 1) return DAMAGED;
  const width = header.data.readUInt32BE(0);
  const height = header.data.readUInt32BE(4);
  if (!hasUsualSize({ width, height })) return { width, height, bytes: file };
  const [depth = 0, colour = 0, compression, filter, interlace] = header.data.subarray(8);
  const { samples, depths } = COLOURS[colour] ?? { samples: 0, depths: [] };
  if (!depths.includes(depth) || compression !== 0 || filter !== 0) return DAMAGED;
  if (interlace !== 0 && interlace !== 1) return DAMAGED;
  // A chunk that a reader must know, and that is none of these, is nothing that draws a logo.
  if (chunks.some(({ type }) => /^[A-Z]/.test(type) && !KEPT.includes(type))) return DAMAGED;
  if (colour === 3 && !chunks.some(({ type }) => type === 'PLTE')) return DAMAGED;

  const bits = samples * depth;
  const size = interlace === 0 ? sizeOf(width, height, bits) : sizeInPasses(width, height, bits);
  const data = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map((one) => one.data));
  if (!(await inflatesTo(data, size))) return DAMAGED;
  const kept = chunks.filter(({ type }) => KEPT.includes(type));
  return { width, height, bytes: Buffer.concat([SIGNATURE, ...kept.map(({ whole }) => whole)]) };
}

/** The chunks up to the end of the image; undefined where one is not whole. What comes after the end goes. */
function chunksOf(file: Buffer): Chunk[] | undefined {
  const chunks: Chunk[] = [];
  for (let at = 8; at + 12 <= file.length; ) {
    const length = file.readUInt32BE(at);
    const end = at + 12 + length;
    if (end > file.length) return undefined;
    const type = file.toString('latin1', at + 4, at + 8);
    if (!/^[A-Za-z]{4}$/.test(type)) return undefined;
    if (crc32(file.subarray(at + 4, end - 4)) !== file.readUInt32BE(end - 4)) return undefined;
    chunks.push({ type, data: file.subarray(at + 8, end - 4), whole: file.subarray(at, end) });
    if (type === 'IEND') return length === 0 ? chunks : undefined;
    at = end;
  }
  return undefined;
}

function sizeOf(width: number, height: number, bits: number): number {
  return width === 0 || height === 0 ? 0 : height * (1 + Math.ceil((width * bits) / 8));
}

function sizeInPasses(width: number, height: number, bits: number): number {
  return PASSES.reduce((sum, [column, row, across, down]) => {
    const columns = Math.ceil(Math.max(0, width - column) / across);
    return sum + sizeOf(columns, Math.ceil(Math.max(0, height - row) / down), bits);
  }, 0);
}

/**
 * Whether the pixels are exactly as many as they should be. A small file never becomes a large one: of what it inflates
 * to, beside the event loop, one piece is kept at a time.
 */
async function inflatesTo(data: Buffer, size: number): Promise<boolean> {
  const inflate = createInflate({ chunkSize: PIECE_BYTES });
  inflate.end(data);
  let length = 0;
  try {
    for await (const piece of inflate) {
      length += piece.length;
      if (length > size) return false;
    }
  } catch {
    return false;
  }
  return length === size;
}
