/** Logos that owners upload: what an image may be, and its URL. */

import { createHash } from 'node:crypto';
import type { ConnectApp } from './connect-app.ts';
import { hasUsualSize, MAX_SIDE } from './images/image.ts';
import { readJpeg } from './images/jpeg.ts';
import { readPng } from './images/png.ts';
import { readWebp } from './images/webp.ts';

export const MAX_LOGO_BYTES = 512 * 1024;

export interface Logo {
  type: 'image/png' | 'image/jpeg' | 'image/webp';
  bytes: Buffer;
  digest: string;
}

const EXTENSIONS = { 'image/png': 'png', 'image/jpeg': 'jpg', 'image/webp': 'webp' } as const;
const READERS = [
  { type: 'image/png', read: readPng },
  { type: 'image/jpeg', read: readJpeg },
  { type: 'image/webp', read: readWebp },
] as const;

/**
 * Reads an uploaded file. Only what draws the picture is kept: no text, no place, no thumbnail, nothing behind its
 * end. Returns what is wrong as a sentence's end for a file that is no such image.
 */
export async function readLogo(file: Buffer): Promise<Logo | string> {
  if (file.length === 0) return 'is empty';
  if (file.length > MAX_LOGO_BYTES) return 'is larger than 512 kB';
  for (const { type, read } of READERS) {
    const image = await read(file);
    if (image === undefined) continue;
    if (typeof image === 'string') return image;
    const { width, height, bytes } = image;
    if (!hasUsualSize(image)) {
      return `has ${width} × ${height} pixels: ${MAX_SIDE} on each side are the most`;
    }
    const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
    return { type, bytes, digest };
  }
  return 'is no PNG, JPEG or WebP image';
}

/** The path of an uploaded logo. */
export function logoPath(connectAppSid: string, { type, digest }: Omit<Logo, 'bytes'>): string {
  return `/logos/${connectAppSid}/${digest}.${EXTENSIONS[type]}`;
}

/** The path of the app's logo if it was uploaded, whatever the origin was at that time. */
export function uploadedLogoOf({
  sid,
  logoUrl,
}: Pick<ConnectApp, 'sid' | 'logoUrl'>): string | undefined {
  const { pathname = '' } = (logoUrl === null ? null : URL.parse(logoUrl)) ?? {};
  const [, name] =
    /^\/logos\/(CN[0-9a-f]{32})\/[0-9a-f]{32}\.(?:png|jpg|webp)$/.exec(pathname) ?? [];
  return name === sid ? pathname : undefined;
}
