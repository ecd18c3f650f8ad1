/** The settings of the operator's own brand, and the file of its logo. */

import { readFileSync, statSync } from 'node:fs';
import { findUrlFault } from '../http-url.ts';
import type { BrandLink, BrandSettings, LogoImage } from '../pages/brand.ts';
import { type Colour, hexOf, lowContrastOf, parseColour } from '../pages/colour.ts';
import { findTextFault, type TextRule } from '../parameter.ts';
import { Problem } from '../problem.ts';
import { PREFIX, settingProblem } from './setting.ts';

const NAME_RULE: TextRule = { type: 'string', maxLength: 40, description: 'The name of a brand.' };
const LINK_TEXT_RULE: TextRule = { ...NAME_RULE, minLength: 1 };
const MAX_LINKS = 6;
const MAX_LOGO_BYTES = 512 * 1024;

/** Reads the texts of the BRAND_ settings, empty for those that are not set; raises `setting_invalid`. */
export function parseBrand(given: {
  name: string;
  logoUrl: string;
  logoFile: string;
  colour: string;
  links: string;
}): BrandSettings {
  const { name, logoUrl, logoFile } = given;
  const fault = findTextFault(NAME_RULE, name);
  if (fault !== undefined) throw invalid('BRAND_NAME', fault);
  if (logoUrl !== '' && logoFile !== '') {
    throw new Problem(
      'setting_invalid',
      `${PREFIX}BRAND_LOGO_URL and ${PREFIX}BRAND_LOGO_FILE are both set. Set one of them.`,
    );
  }
  if (logoUrl !== '') checkUrl('BRAND_LOGO_URL', logoUrl);
  return {
    name: name || undefined,
    logoUrl: logoUrl || undefined,
    logoFile: logoFile || undefined,
    colour: given.colour === '' ? undefined : parseBrandColour(given.colour),
    links: parseLinks(given.links),
  };
}

function parseBrandColour(text: string): Colour {
  const colour = parseColour(text);
  if (colour === undefined) throw settingProblem('BRAND_COLOUR', 'a colour such as #0b5cad');
  const contrast = lowContrastOf(colour);
  if (contrast === undefined) return colour;
  throw new Problem(
    'setting_invalid',
    `${PREFIX}BRAND_COLOUR is ${hexOf(colour)}. White text on it has a contrast of ${contrast.toFixed(1)}:1, and people need 4.5:1 to read it. Choose a darker colour.`,
  );
}

/** A comma ends a link only where another begins: URLs may have commas. */
function parseLinks(text: string): BrandLink[] {
  const items = text === '' ? [] : text.split(/,(?=[^,=]*=\s*https?:)/);
  if (items.length > MAX_LINKS) throw settingProblem('BRAND_LINKS', `at most ${MAX_LINKS} links`);
  return items.map((item) => {
    const [, name = '', url = ''] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/.exec(item) ?? [];
    const fault = findTextFault(LINK_TEXT_RULE, name);
    if (fault !== undefined || url === '') {
      throw settingProblem('BRAND_LINKS', 'links such as Support=https://example.com/help,Terms=…');
    }
    checkUrl('BRAND_LINKS', url);
    return { text: name, url };
  });
}

function checkUrl(name: string, url: string): void {
  const fault = findUrlFault(url);
  if (fault !== undefined) throw invalid(name, fault);
}

function invalid(name: string, fault: string): Problem {
  return new Problem('setting_invalid', `${PREFIX}${name} ${fault}.`);
}

const TYPES: readonly (readonly [type: string, start: RegExp])[] = [
  ['image/png', /^\x89PNG\r\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/webp', /^RIFF[\s\S]{4}WEBP/],
  ['image/svg+xml', /^(?:\xef\xbb\xbf)?\s*<(?:svg|[?!][\s\S]*<svg)[\s>]/],
];

/** Reads the logo of the settings, if it is a file; raises `setting_invalid` when it is no image. */
export function readLogo({ logoFile }: BrandSettings): LogoImage | undefined {
  if (logoFile === undefined) return undefined;
  const bytes = readImage(logoFile);
  const start = bytes.subarray(0, 1024).toString('latin1');
  const type = TYPES.find(([, pattern]) => pattern.test(start))?.[0];
  if (type !== undefined) return { type, bytes };
  throw settingProblem('BRAND_LOGO_FILE', 'a PNG, JPEG, WebP or SVG image');
}

function readImage(path: string): Buffer {
  try {
    if (statSync(path).size <= MAX_LOGO_BYTES) return readFileSync(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const sentence = `Cannot read ${path} (${reason}). Name an image with ${PREFIX}BRAND_LOGO_FILE.`;
    throw new Problem('setting_invalid', sentence, { cause });
  }
  throw settingProblem('BRAND_LOGO_FILE', 'an image of at most 512 kB');
}
