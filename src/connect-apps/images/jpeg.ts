/** JPEG (ITU-T T.81): its segments one by one. Only those that draw the picture are kept. */

import type { Reading } from './image.ts';

const DAMAGED = 'is a damaged JPEG image';
/** Baseline, extended sequential and progressive, all with Huffman coding: what browsers show. */
const FRAMES = [0xc0, 0xc1, 0xc2];
/** Huffman and quantization tables, the restart interval, JFIF, and Adobe's word on colours. */
const KEPT = [...FRAMES, 0xc4, 0xdb, 0xdd, 0xe0, 0xee];
const SCAN = 0xda;
const END = 0xd9;

/** Reads a JPEG image. */
export function readJpeg(file: Buffer): Reading {
  if (file[0] !== 0xff || file[1] !== 0xd8 || file[2] !== 0xff) return undefined;
  const kept: Buffer[] = [file.subarray(0, 2)];
  let size: { width: number; height: number } | undefined;
  let scans = 0;
  for (let at = 2; at + 2 <= file.length; ) {
    const marker = file[at + 1] ?? 0;
    if (file[at] !== 0xff || marker < 0xc0) return DAMAGED;
    if (marker === END) {
      if (size === undefined || scans === 0) return DAMAGED;
      kept.push(file.subarray(at, at + 2));
      return { ...size, bytes: Buffer.concat(kept) };
    }
    if (at + 4 > file.length) return DAMAGED;
    const length = file.readUInt16BE(at + 2);
    const end = at + 2 + length;
    if (length < 2 || end > file.length) return DAMAGED;
    const segment = file.subarray(at, end);
    if (FRAMES.includes(marker)) {
      // One frame, with one component or three, of eight bits each.
      const components = segment[9] ?? 0;
      const isUsual = length === 8 + 3 * components && [1, 3].includes(components);
      if (size !== undefined || !isUsual || segment[4] !== 8) return DAMAGED;
      size = { height: segment.readUInt16BE(5), width: segment.readUInt16BE(7) };
    }
    if (marker === SCAN) {
      if (size === undefined) return DAMAGED;
      const next = endOfScan(file, end);
      if (next === undefined) return DAMAGED;
      scans += 1;
      kept.push(file.subarray(at, next));
      at = next;
      continue;
    }
    const isMetadata = (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe;
    if (KEPT.includes(marker)) kept.push(segment);
    else if (!isMetadata) return DAMAGED;
    at = end;
  }
  return DAMAGED;
}

/** Where the marker after a scan is: in its data, FF stands before 00 or a restart alone. */
function endOfScan(file: Buffer, from: number): number | undefined {
  for (let at = file.indexOf(0xff, from); at !== -1; at = file.indexOf(0xff, at + 2)) {
    const next = file[at + 1];
    if (next === undefined) return undefined;
    if (next !== 0 && (next < 0xd0 || next > 0xd7)) return at;
  }
  return undefined;
}
