/** The operator's own brand: on every page, checked before it is used, and nobody else's business. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createBrand } from '../../src/pages/brand.ts';
import { contrastOf, parseColour } from '../../src/pages/colour.ts';
import { readLogo } from '../../src/server/brand-settings.ts';
import { createConfig, type Settings } from '../../src/server/config.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { visit } from '../support/visitor.ts';

const folder = mkdtempSync(join(tmpdir(), 'connect-apps-brand-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

function fileWith(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
const brandOf = (settings: Settings) => createConfig(settings, 'production').brand;
const sentence = (text: RegExp) => (error: unknown) =>
  error instanceof Error && text.test(error.message);

describe('the settings of a brand', () => {
  it('are none by default, and the name is that of the program', () => {
    assert.equal(createBrand(brandOf({})).name, 'connect-apps');
    assert.equal(createBrand(brandOf({})).styleSheetPath, undefined);
  });

  it('refuse a colour that white text cannot be read on, with the contrast', () => {
    for (const [colour, contrast] of [
      ['#ffd400', '1.4'],
      ['#ffffff', '1.0'],
      ['#FF5A1F', '3.1'],
      ['#777', '4.5'],
    ] as const) {
      assert.throws(
        () => brandOf({ BRAND_COLOUR: colour }),
        sentence(new RegExp(`contrast of ${contrast}:1, and people need 4.5:1.*darker colour`)),
      );
    }
    for (const colour of ['#0b5cad', '#767676', '#000', '#7a1fa2']) {
      assert.ok(brandOf({ BRAND_COLOUR: colour }).colour);
    }
  });

  it('take no colour but #rgb and #rrggbb: nothing else gets into the style sheet', () => {
    for (const colour of [
      'red',
      '#12',
      '#12345',
      '#0b5cad;}',
      'rgb(1,2,3)',
      'url(x)',
      '#0b5cadff',
    ]) {
      assert.throws(() => brandOf({ BRAND_COLOUR: colour }), sentence(/such as #0b5cad/));
    }
  });

  it('make a colour that can be read on every ground of both schemes', () => {
    for (const colour of ['#0b5cad', '#767676', '#000000', '#7a1fa2', '#00007f', '#c2185b']) {
      const { files } = createBrand(brandOf({ BRAND_COLOUR: colour }));
      const style = files[0]?.bytes.toString() ?? '';
      const pairOf = (name: string) =>
        new RegExp(`--${name}: light-dark\\((#\\w+), (#\\w+)\\)`).exec(style)?.slice(1) ?? [];
      const [accent, onAccent, tint] = [pairOf('accent'), pairOf('on-accent'), pairOf('tint')];
      const grounds = [
        ['#ffffff', '#f5f6f8', '#f6f7f9', '#eef1f4', tint[0], onAccent[0]],
        ['#161b22', '#0e1116', '#0f1216', '#191d23', '#0b0e12', tint[1], onAccent[1]],
      ];
      for (const [scheme, list] of grounds.entries()) {
        for (const ground of list) {
          const pair = [accent[scheme], ground].map((text) => parseColour(text ?? ''));
          assert.ok(pair[0] && pair[1]);
          const contrast = contrastOf(pair[0], pair[1]);
          assert.ok(contrast >= 4.5, `${colour}: ${accent[scheme]} on ${ground} has ${contrast}`);
        }
      }
    }
  });

  it('take links with a text and a URL each, and no other scheme', () => {
    const links = 'Support=https://example.com/a,b?c=d, Terms = https://example.com/terms';
    assert.deepEqual(brandOf({ BRAND_LINKS: links }).links, [
      { text: 'Support', url: 'https://example.com/a,b?c=d' },
      { text: 'Terms', url: 'https://example.com/terms' },
    ]);
    for (const text of ['Support', '=https://example.com', 'X=javascript:alert(1)', 'X=/here']) {
      assert.throws(() => brandOf({ BRAND_LINKS: text }), sentence(/BRAND_LINKS must/));
    }
    const many = Array.from({ length: 7 }, (_, at) => `L${at}=https://example.com`).join();
    assert.throws(() => brandOf({ BRAND_LINKS: many }), sentence(/at most 6 links/));
  });

  it('take one logo: a URL, or a file that is an image and not too large', () => {
    const logo = (path: string) => readLogo(brandOf({ BRAND_LOGO_FILE: path }));
    assert.equal(logo(fileWith('logo', PNG))?.type, 'image/png');
    const svg = '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"></svg>';
    assert.equal(logo(fileWith('logo.txt', svg))?.type, 'image/svg+xml');
    assert.throws(() => logo(fileWith('page.png', '<html><svg></svg>')), sentence(/PNG, JPEG/));
    assert.throws(
      () => logo(join(folder, 'none')),
      sentence(/Cannot read .*none.*BRAND_LOGO_FILE/),
    );
    const large = fileWith('large', Buffer.concat([PNG, Buffer.alloc(600_000)]));
    assert.throws(() => logo(large), sentence(/at most 512 kB/));
    const both = { BRAND_LOGO_FILE: large, BRAND_LOGO_URL: 'https://example.com/l.png' };
    assert.throws(() => brandOf(both), sentence(/both set\. Set one of them/));
  });
});

describe('the pages of a server with a brand', () => {
  let server: TestServer;
  before(async () => {
    const script = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
    server = await startServer({
      engine: 'sqlite',
      settings: {
        BRAND_NAME: 'Bell & <i>Whistle</i>',
        BRAND_LOGO_FILE: fileWith('logo.svg', script),
        BRAND_COLOUR: '#7a1fa2',
        BRAND_LINKS: 'Support=https://example.com/help?a=1&b=2',
      },
    });
  });
  after(() => server.close());

  it('show its name, logo, colour and links: sign-in, consent, console and errors', async () => {
    const visitor = visit(server);
    const pages = [await visitor.get('/sign-in')];
    await visitor.signIn('customer@example.com');
    const headers = { accept: 'text/html' };
    pages.push(
      await visitor.get('/authorize/CNb989fdd207b04d16aee578018ef5fd93'),
      await visitor.get('/authorize/CN0'),
      await server.request('GET', '/no-such-page', { headers }),
    );
    for (const { text } of pages) {
      assert.match(text, /alt="Bell &amp; &lt;i&gt;Whistle&lt;\/i&gt;"/);
      assert.match(text, /<img class="brand-logo" src="\/assets\/logo-[0-9a-f]{12}\.svg"/);
      assert.match(text, /<link rel="stylesheet" href="\/assets\/brand-[0-9a-f]{12}\.css">/);
      assert.match(text, /href="https:\/\/example\.com\/help\?a=1&amp;b=2" rel="noopener">Support/);
      assert.doesNotMatch(text, / style=|<script|<style/);
    }
  });

  it('show it in both pages of the API reference', async () => {
    for (const path of ['/docs', '/docs/plain']) {
      // The viewer is there in what was built alone.
      const reply = await server.request('GET', path);
      if (reply.status === 302) continue;
      assert.match(reply.text, /<title>connect-apps API · Bell &amp; &lt;i&gt;Whistle/, path);
      assert.match(reply.text, /<img class="brand-logo" src="\/assets\/logo-[0-9a-f]{12}\.svg"/);
      assert.match(reply.text, /<link rel="stylesheet" href="\/assets\/brand-[0-9a-f]{12}\.css">/);
      assert.match(reply.text, /href="https:\/\/example\.com\/help\?a=1&amp;b=2" rel="noopener">/);
    }
  });

  it('get its files from our own origin, for ever, and no script of a logo runs', async () => {
    const { text } = await server.request('GET', '/sign-in');
    const [, logo = ''] = /src="(\/assets\/logo-[^"]+)"/.exec(text) ?? [];
    const [, style = ''] = /href="(\/assets\/brand-[^"]+)"/.exec(text) ?? [];
    const image = await server.request('GET', logo);
    assert.equal(image.headers['content-type'], 'image/svg+xml');
    assert.match(image.headers['content-security-policy'] ?? '', /default-src 'none'.*; sandbox$/);
    assert.match(image.headers['cache-control'] ?? '', /immutable/);
    const sheet = await server.request('GET', style);
    assert.match(sheet.headers['content-type'] ?? '', /^text\/css/);
    assert.match(sheet.text, /^:root \{\n {2}--accent: light-dark\(#7a1fa2, #[0-9a-f]{6}\);/);
  });

  it('are those of one server: another in the same process has none of it', async (t) => {
    const other = await startServer({ engine: 'sqlite' });
    t.after(() => other.close());
    const { text } = await other.request('GET', '/sign-in');
    assert.match(text, /<span>connect-apps<\/span>/);
    assert.doesNotMatch(text, /Whistle|brand-links|\/assets\/brand-/);
  });
});
