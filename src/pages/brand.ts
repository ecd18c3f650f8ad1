/**
 * The brand of whoever runs the server: name, logo, colour and links on every page. A value that is handed to
 * the pages of one server; the colour comes as a style sheet of its own after the others.
 */

import { createHash } from 'node:crypto';
import { html } from 'hono/html';
import { ICON_PATH } from './art.ts';
import { type Colour, hexOf, mix, readableOn, WHITE } from './colour.ts';
import type { Html } from './html.ts';

/** What the settings say of the brand. */
export interface BrandSettings {
  /** Undefined: the name of this program. */
  readonly name: string | undefined;
  readonly logoUrl: string | undefined;
  readonly logoFile: string | undefined;
  readonly colour: Colour | undefined;
  readonly links: readonly BrandLink[];
}

export interface BrandLink {
  readonly text: string;
  readonly url: string;
}

export interface LogoImage {
  readonly type: string;
  readonly bytes: Buffer;
}

/** A file of the brand that the server serves itself; its path changes with its content. */
interface BrandFile {
  readonly path: string;
  readonly type: string;
  readonly bytes: Buffer;
}

export interface Brand {
  readonly name: string;
  /** Whether the name was given. */
  readonly isNamed: boolean;
  /** A path of ours, or a URL. */
  readonly logoUrl: string | undefined;
  /** The origin of the logo when it is not ours, which the pages must let the browser ask. */
  readonly logoOrigin: string | undefined;
  readonly links: readonly BrandLink[];
  /** The path of the style sheet with the colour. */
  readonly styleSheetPath: string | undefined;
  readonly files: readonly BrandFile[];
}

const BLACK: Colour = [0, 0, 0];
/** The grounds that text in the accent colour stands on: page, card and code; light, then dark. */
const LIGHT: readonly Colour[] = [WHITE, [0xf6, 0xf7, 0xf9], [0xee, 0xf1, 0xf4]];
const DARK: readonly Colour[] = [
  [0x0b, 0x0e, 0x12],
  [0x0e, 0x11, 0x16],
  [0x16, 0x1b, 0x22],
];
const INK_ON_LIGHT_ACCENT: Colour = [0x0e, 0x11, 0x16];

/** Makes the brand of a server from its settings and, where it has one, the image of its logo. */
export function createBrand(settings: BrandSettings, logo?: LogoImage): Brand {
  const { name, logoUrl, colour, links } = settings;
  const image = logo && fileOf(logo.bytes, logo.type, `logo.${/\w+/.exec(logo.type.slice(6))}`);
  const style = colour && fileOf(Buffer.from(styleSheetOf(colour)), STYLE_TYPE, 'brand.css');
  return {
    name: name ?? 'connect-apps',
    isNamed: name !== undefined,
    logoUrl: image?.path ?? logoUrl,
    logoOrigin: image === undefined ? URL.parse(logoUrl ?? '')?.origin : undefined,
    links,
    styleSheetPath: style?.path,
    files: [image, style].filter((file) => file !== undefined),
  };
}

const STYLE_TYPE = 'text/css; charset=utf-8';

function fileOf(bytes: Buffer, type: string, name: string): BrandFile {
  const [stem = '', extension = ''] = name.split('.');
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  return { path: `/assets/${stem}-${digest}.${extension}`, type, bytes };
}

/** The tokens of the style sheets that depend on the colour, readable in both schemes. */
function styleSheetOf(colour: Colour): string {
  const tints = { light: mix(WHITE, colour, 0.08), dark: mix([0x14, 0x18, 0x1e], colour, 0.2) };
  const light = readableOn(colour, [...LIGHT, tints.light], BLACK);
  const dark = readableOn(colour, [...DARK, tints.dark], WHITE);
  return `:root {
  --accent: light-dark(${hexOf(light)}, ${hexOf(dark)});
  --on-accent: light-dark(${hexOf(WHITE)}, ${hexOf(INK_ON_LIGHT_ACCENT)});
  --tint: light-dark(${hexOf(tints.light)}, ${hexOf(tints.dark)});
}
`;
}

/** The link to the colour's style sheet, for the head of a page after its other style sheets. */
export function brandStyle({ styleSheetPath }: Brand): Html | string {
  return styleSheetPath === undefined ? '' : html`<link rel="stylesheet" href="${styleSheetPath}">`;
}

/** The logo, or else the name beside its initial; the name of the program has its icon. */
export function brandMark({ name, isNamed, logoUrl }: Brand): Html {
  if (logoUrl !== undefined) {
    return html`<img class="brand-logo" src="${logoUrl}" alt="${name}" referrerpolicy="no-referrer">`;
  }
  const [initial = ''] = name.trim();
  const sign = isNamed
    ? html`<span class="initial" data-initial="${initial.toUpperCase()}"></span>`
    : html`<img src="${ICON_PATH}" alt="" width="24" height="24">`;
  return html`${sign}<span>${name}</span>`;
}

/** The links of the brand as a list; nothing where there are none. */
export function brandLinks({ links }: Brand): Html | string {
  if (links.length === 0) return '';
  return html`<ul class="brand-links">${links.map(
    ({ text, url }) => html`<li><a href="${url}" rel="noopener">${text}</a></li>`,
  )}</ul>`;
}
