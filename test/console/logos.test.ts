/** Logos that owners upload: what is an image, what is kept of it, and how it is served. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { readLogo } from '../../src/connect-apps/logo.ts';
import { getConnectApp } from '../../src/connect-apps/operations.ts';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { type Visitor, visit } from '../support/visitor.ts';
import { makeJpeg, makePng, makeWebp, pngChunk } from './images.ts';

const SVG = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
const TEXT = pngChunk('tEXt', Buffer.from('Comment\0<script>alert(1)</script>'));

describe('a logo', () => {
  const images = {
    'a PNG': [makePng(), 'image/png'],
    'an interlaced PNG': [makePng({ width: 1, height: 1, interlace: 1 }), 'image/png'],
    'a JPEG': [makeJpeg(), 'image/jpeg'],
    'a WebP': [makeWebp(), 'image/webp'],
    'a WebP with metadata': [makeWebp({ extended: true }), 'image/webp'],
  } as const;
  for (const [name, [file, type]] of Object.entries(images)) {
    it(`may be ${name}, and is the same when it is read again`, async () => {
      const logo = await readLogo(file);
      assert.ok(typeof logo !== 'string', String(logo));
      assert.equal(logo.type, type);
      const again = await readLogo(logo.bytes);
      assert.ok(typeof again !== 'string');
      assert.equal(again.digest, logo.digest);
    });
  }

  it('keeps nothing but what draws it', async () => {
    const behind = Buffer.from('<script>alert(1)</script>');
    for (const file of [
      makePng({ before: [TEXT], after: behind }),
      makeJpeg({ after: behind }),
      makeWebp({ extended: true }),
    ]) {
      const logo = await readLogo(file);
      assert.ok(typeof logo !== 'string', String(logo));
      assert.doesNotMatch(logo.bytes.toString('latin1'), /script|a place|a comment|Exif/);
    }
  });

  const png = makePng();
  const badSum = Buffer.from(png);
  badSum[40] = (badSum[40] ?? 0) ^ 1;
  const hostile: Record<string, [Buffer, RegExp]> = {
    nothing: [Buffer.alloc(0), /is empty/],
    'an SVG': [SVG, /is no PNG, JPEG or WebP/],
    HTML: [Buffer.from('<html>'), /is no PNG/],
    'a GIF': [Buffer.from('GIF89a'), /is no PNG/],
    'a PNG by its first bytes alone': [png.subarray(0, 8), /damaged PNG/],
    'a PNG with markup behind its first bytes': [
      Buffer.concat([png.subarray(0, 8), SVG]),
      /damaged PNG/,
    ],
    'a PNG that is cut': [png.subarray(0, -6), /damaged PNG/],
    'a PNG with a wrong checksum': [badSum, /damaged PNG/],
    'a PNG of too many pixels': [makePng({ width: 2049, height: 1 }), /2049 × 1 pixels/],
    'a PNG of billions of pixels': [
      makePng({ width: 0x7fffffff, height: 0x7fffffff, pixels: Buffer.alloc(10) }),
      /pixels/,
    ],
    // Far more than it may hold in memory, if it were inflated before its size is looked at.
    'a large PNG of too many pixels': [
      makePng({ width: 4096, height: 4096, pixels: Buffer.alloc(4096 * 4097) }),
      /4096 × 4096 pixels/,
    ],
    'a PNG of no pixels': [makePng({ width: 0, pixels: Buffer.alloc(8) }), /pixels/],
    'a PNG that inflates to more': [makePng({ pixels: Buffer.alloc(5_000_000) }), /damaged PNG/],
    'a PNG that inflates to less': [makePng({ pixels: Buffer.alloc(10) }), /damaged PNG/],
    'a PNG with a colour that is none': [makePng({ colour: 5 }), /damaged PNG/],
    'a PNG with a depth that is none': [makePng({ depth: 3 }), /damaged PNG/],
    'a PNG without its palette': [makePng({ colour: 3, pixels: Buffer.alloc(72) }), /damaged PNG/],
    'a PNG with something critical of its own': [
      makePng({ before: [pngChunk('EVIL', Buffer.alloc(1))] }),
      /damaged PNG/,
    ],
    'a PNG with two headers': [makePng({ before: [png.subarray(8, 33)] }), /damaged PNG/],
    'a JPEG without an end': [makeJpeg().subarray(0, -2), /damaged JPEG/],
    'a JPEG with two frames': [makeJpeg({ frames: 2 }), /damaged JPEG/],
    'a JPEG without a frame': [makeJpeg({ frames: 0 }), /damaged JPEG/],
    'a JPEG that is too wide': [makeJpeg({ width: 4000 }), /4000 × 16 pixels/],
    'a JPEG by its first bytes alone': [
      Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), SVG]),
      /damaged JPEG/,
    ],
    'a WebP that is animated': [makeWebp({ extended: true, flags: 2 }), /animated/],
    'a WebP that is cut': [makeWebp().subarray(0, -2), /damaged WebP/],
    'a WebP without a picture': [Buffer.from('RIFF\x04\0\0\0WEBP', 'latin1'), /damaged WebP/],
    'a WebP that is too wide': [makeWebp({ width: 3000 }), /3000 × 16 pixels/],
    'a file that is too large': [Buffer.alloc(512 * 1024 + 1, 1), /larger than 512 kB/],
  };
  for (const [name, [file, fault]] of Object.entries(hostile)) {
    it(`is not ${name}`, async () => {
      const logo = await readLogo(file);
      assert.ok(typeof logo === 'string');
      assert.match(logo, fault);
    });
  }

  it('is refused without a crash wherever a byte of it is changed or missing', async () => {
    for (const file of [makePng(), makeJpeg(), makeWebp({ extended: true })]) {
      for (let at = 0; at < file.length; at += 1) {
        for (const value of [0, 0x7f, 0xff]) {
          const changed = Buffer.from(file);
          changed[at] = value;
          await readLogo(changed);
        }
        await readLogo(file.subarray(0, at));
      }
    }
  });
});

for (const engine of DATABASES) {
  describe(`uploaded logos on ${engine}`, () => {
    let server: TestServer;
    let person: Visitor;
    let accountSid: string;
    let sid: string;
    before(async () => {
      server = await startServer({ engine });
      ({ accountSid } = server.developer);
      sid = server.connectAppSid;
      person = visit(server);
      await person.signIn('developer@example.com');
    });
    after(() => server.close());

    const app = () => getConnectApp(server.context, accountSid, sid);
    const pathOf = async () => new URL((await app()).logoUrl ?? '').pathname;

    async function upload(file: Buffer, { field = 'Logo', as = person, type = 'image/png' } = {}) {
      const { text } = await as.get(`/console/${accountSid}/apps/${sid}/edit`);
      const [, token = ''] = /name="_csrf" value="([^"]+)"/.exec(text) ?? [];
      const form = new FormData();
      form.set('_csrf', token);
      form.set('FriendlyName', 'With a logo');
      form.set(field, new Blob([new Uint8Array(file)], { type }), '../../evil<script>.png');
      return fetch(`${server.url}/console/${accountSid}/apps/${sid}/edit`, {
        method: 'POST',
        body: form,
        redirect: 'manual',
        headers: { cookie: [...as.cookies].map((pair) => pair.join('=')).join('; ') },
      });
    }

    it('are served from here as nothing but an image, and shown by the consent page', async () => {
      const file = makePng();
      assert.equal((await upload(file, { type: 'text/html' })).status, 303);
      const path = await pathOf();
      assert.match(path, new RegExp(`^/logos/${sid}/[0-9a-f]{32}\\.png$`));
      const { status, headers } = await server.request('GET', path);
      assert.equal(status, 200);
      assert.equal(headers['content-type'], 'image/png');
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['content-security-policy'], "default-src 'none'; sandbox");
      assert.match(headers['cache-control'] ?? '', /immutable/);
      const bytes = Buffer.from(await (await fetch(server.url + path)).arrayBuffer());
      assert.deepEqual(bytes, file);
      const consent = await person.get(`/authorize/${sid}`);
      assert.ok(consent.text.includes(`<img src="${path}"`));
    });

    it('are replaced by the next one, and gone with the URL or the app', async () => {
      const first = await pathOf();
      await upload(makeWebp());
      const second = await pathOf();
      assert.notEqual(first, second);
      assert.equal((await server.request('GET', first)).status, 404);
      assert.equal((await server.request('GET', second)).status, 200);
      const edit = `/console/${accountSid}/apps/${sid}/edit`;
      await person.get(edit);
      await person.submit(edit, { FriendlyName: 'Without', LogoUrl: '' });
      assert.equal((await server.request('GET', second)).status, 404);
      assert.equal((await app()).logoUrl, null);
    });

    it('are refused with the reason beside the field, and nothing is changed', async () => {
      const before = await app();
      for (const [file, fault] of [
        [SVG, /This is no PNG, JPEG or WebP image/],
        [Buffer.alloc(512 * 1024 + 10, 1), /This is larger than 512 kB/],
      ] as const) {
        const reply = await upload(file);
        assert.equal(reply.status, 400);
        const text = await reply.text();
        assert.match(text, fault);
        assert.ok(text.includes('value="With a logo"'), 'what was typed is still there');
      }
      assert.equal((await upload(makePng(), { field: 'Other' })).status, 415);
      assert.equal((await upload(Buffer.alloc(2_000_000))).status, 413);
      assert.deepEqual(await app(), before);
    });

    it('are taken from nobody who is not signed in, before the file has come', async () => {
      const reply = await upload(makePng(), { as: visit(server) });
      assert.match(await reply.text(), /<h1>Sign in<\/h1>/);
    });

    it('have no other path', async () => {
      await upload(makePng());
      const path = await pathOf();
      for (const wrong of [
        path.replace('.png', '.svg'),
        path.replace('.png', '.html'),
        path.replace('.png', ''),
        path.replace(sid, `CN${'0'.repeat(32)}`),
        path.replace(/[0-9a-f]{32}\.png/, '..%2f..%2fetc%2fpasswd'),
        `${path}/x`,
      ]) {
        assert.equal((await server.request('GET', wrong)).status, 404, wrong);
      }
    });
  });
}
