/**
 * The viewer of /docs: its page, and the scripts and style that it loads from our own origin. The viewer itself
 * is the bundle that `npm run build` takes from its package; docs/decisions/0031 says why this one.
 */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { html } from 'hono/html';
import { ICON_PATH } from '../pages/art.ts';
import { type Brand, brandLinks, brandMark, brandStyle } from '../pages/brand.ts';
import { VIEWER_STYLE } from './viewer-style.ts';

/** From src/ and dist/ alike. */
const BUNDLE = new URL('../../dist/viewer/viewer.js.gz', import.meta.url);
const PLACE = '/docs/assets';

export const DOCUMENT_PATH = '/openapi.json';
export const PLAIN_PAGE_PATH = '/docs/plain';

/** The title of both pages. */
export function titleOf({ name, isNamed }: Brand): string {
  return `connect-apps API${isNamed ? ` · ${name}` : ''}`;
}

/** Credentials that the viewer offers: those of the demo data, on a development server alone. */
export interface ViewerCredentials {
  accountSid: string;
  authToken: string;
}

export interface Viewer {
  page: string;
  /** The scripts and the style, compressed, by their paths; a path changes with its content. */
  assets: ReadonlyMap<string, Buffer>;
}

/** Makes the viewer; undefined in a checkout that was not built. */
export async function makeViewer(
  brand: Brand,
  credentials: ViewerCredentials | undefined,
): Promise<Viewer | undefined> {
  const bundle = readBundle();
  if (bundle === undefined) return undefined;
  const start = gzipSync(startScript(brand, credentials));
  const style = gzipSync(VIEWER_STYLE);
  const viewerPath = pathOf('viewer.js', bundle);
  const startPath = pathOf('start.js', start);
  const stylePath = pathOf('viewer.css', style);
  return {
    page: String(await viewerPage(brand, { scripts: [viewerPath, startPath], stylePath })),
    assets: new Map([
      [viewerPath, bundle],
      [startPath, start],
      [stylePath, style],
    ]),
  };
}

/**
 * What the page may do: its scripts and its API are ours, and it reaches no other origin but that of a brand's logo. The viewer writes
 * style elements of its own, which is why inline style is allowed here; inline script and eval are not.
 */
export function viewerPolicy({ logoOrigin = '' }: Brand): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    `img-src 'self' data: blob: ${logoOrigin}`.trim(),
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function readBundle(): Buffer | undefined {
  try {
    return readFileSync(BUNDLE);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function pathOf(name: string, content: Buffer): string {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
  return `${PLACE}/${name.replace('.', `-${hash}.`)}`;
}

/** Everything of the viewer that would leave our origin is off: fonts, proxy, telemetry, assistant. */
function startScript(brand: Brand, credentials: ViewerCredentials | undefined): string {
  const configuration = {
    url: DOCUMENT_PATH,
    // The API of this very server, also where its public address is another.
    servers: [{ url: '/', description: 'This server.' }],
    authentication: {
      preferredSecurityScheme: 'accountSid_authToken',
      ...(credentials && {
        securitySchemes: {
          accountSid_authToken: {
            username: credentials.accountSid,
            password: credentials.authToken,
          },
        },
      }),
    },
    persistAuth: false,
    withDefaultFonts: false,
    telemetry: false,
    agent: { disabled: true, hideAddApi: true },
    mcp: { disabled: true },
    hideClientButton: true,
    showDeveloperTools: 'never',
    documentDownloadType: 'json',
    // The samples are those of the description, by Twilio's own clients.
    hiddenClients: true,
    modelsSectionLabel: 'Schemas',
    metaData: { title: titleOf(brand) },
  };
  return `Scalar.createApiReference('#viewer', ${JSON.stringify(configuration)});\n`;
}

function viewerPage(
  brand: Brand,
  { scripts, stylePath }: { scripts: readonly string[]; stylePath: string },
) {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${titleOf(brand)}</title>
<link rel="icon" href="${ICON_PATH}">
${brandStyle(brand)}
<link rel="stylesheet" href="${stylePath}">
</head>
<body>
<nav class="bar" aria-label="Server"><a class="mark" href="/console" aria-label="${brand.name}">${brandMark(brand)}</a>${brandLinks(brand)}<a href="/console">Console</a></nav>
<noscript><p>This page needs script. <a href="${PLAIN_PAGE_PATH}">The same without script</a>.</p></noscript>
<div id="viewer"></div>
${scripts.map((path) => html`<script src="${path}" defer></script>`)}
</body>
</html>`;
}
