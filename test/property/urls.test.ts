/**
 * Whatever URL is taken, every reader of URLs understands as it was written: WHATWG's parser finds its
 * host, Java's `java.net.URI` takes it. Whatever is refused says what to write, and that is then taken.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { findTextFault, urlRule } from '../../src/parameter.ts';

const RULE = urlRule('A URL.');

function takes(text: string): boolean {
  return findTextFault(RULE, text) === undefined;
}

/** Pieces that some reader of URLs treats as its own, and any character at all. */
const piece = fc.oneof(
  fc.constantFrom(
    ...[
      '.',
      '..',
      '-',
      '_',
      ':',
      '@',
      '/',
      '//',
      '?',
      '#',
      '%',
      '%20',
      '%2e',
      '%00',
      '*',
      '[',
      ']',
    ],
    ...[
      'xn--',
      'xn--a',
      'xn--bcher-kva',
      'ü',
      'ß',
      '。',
      'é',
      '🎉',
      ' ',
      '\\',
      '|',
      '^',
      '`',
      '{',
      '<',
      '"',
    ],
    ...[
      '0',
      '1',
      '127.1',
      '0x7f',
      '256',
      '65535',
      '65536',
      'localhost',
      'EXAMPLE',
      "'",
      '!',
      '~',
      '+',
      ';',
      '=',
    ],
  ),
  fc.domain(),
  fc.ipV4(),
  fc.ipV6().map((address) => `[${address}]`),
  fc.string({ unit: 'binary', maxLength: 3 }),
  fc.string({ maxLength: 5 }),
);
const pieces = (maxLength: number) => fc.array(piece, { maxLength }).map((parts) => parts.join(''));
const anyUrl = fc
  .tuple(
    fc.constantFrom('http://', 'https://', 'HTTP://'),
    fc.oneof(
      fc.constant(''),
      pieces(2).map((text) => `${text}@`),
    ),
    fc.oneof(fc.domain(), pieces(3)),
    fc.oneof(
      fc.constant(''),
      fc.nat(70_000).map((port) => `:${port}`),
      fc.constantFrom(':', ':00080'),
    ),
    fc.oneof(
      fc.constant(''),
      pieces(4).map((text) => `/${text}`),
    ),
  )
  .map((parts) => parts.join(''));

/** The host as it is written, read without any parser of URLs. */
function writtenHost(text: string): string {
  const authority = text.replace(/^https?:\/\//i, '').split(/[/?#]/, 1)[0] ?? '';
  return authority.slice(authority.lastIndexOf('@') + 1).replace(/:\d*$/, '');
}

/** Another text for the same address is the same host. */
function sameHost(parsed: string, written: string): boolean {
  if (!written.startsWith('[')) return parsed === written.toLowerCase();
  return parsed === new URL(`http://${written}`).hostname;
}

describe('the URLs that are taken', () => {
  it('have the host that was written, for the parser of WHATWG', () => {
    let taken = 0;
    const check = fc.property(fc.oneof(anyUrl, fc.webUrl()), (text) => {
      if (!takes(text)) return;
      taken += 1;
      const url = new URL(text);
      assert.match(url.protocol, /^https?:$/);
      assert.ok(sameHost(url.hostname, writtenHost(text)), `${text} is for ${url.hostname}`);
      assert.notEqual(url.port, '0');
      assert.doesNotMatch(url.hostname, /[%*]|\.\.|^\.|^xn--$/);
      assert.match(text, /^[!-~]+$/);
    });
    fc.assert(check, { numRuns: 20_000 });
    assert.ok(taken > 2000, `only ${taken} were taken`);
  });

  it('are what a refusal says to write instead', () => {
    let told = 0;
    const check = fc.property(anyUrl, (text) => {
      const fault = findTextFault(RULE, text);
      const instead = /, as in "(.*)"$/s.exec(fault ?? '')?.[1];
      if (instead === undefined) return;
      told += 1;
      assert.ok(takes(instead), `${fault}`);
    });
    fc.assert(check, { numRuns: 10_000 });
    assert.ok(told > 500, `only ${told} were told`);
  });

  const hasJava = spawnSync('java', ['-version']).error === undefined;
  it('are taken by java.net.URI', { skip: !hasJava && 'Java is missing' }, async () => {
    const samples = fc.sample(fc.oneof(anyUrl, fc.webUrl()), 20_000).filter(takes);
    assert.ok(samples.length > 2000);
    const folder = await mkdtemp(join(tmpdir(), 'connect-apps-java-'));
    try {
      const program = join(folder, 'Uris.java');
      await writeFile(program, JAVA);
      const { stdout, stderr } = spawnSync('java', [program], {
        input: samples.join('\n'),
        encoding: 'utf8',
      });
      assert.equal(stdout, '', 'these are refused');
      assert.equal(stderr, '');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

/** Prints the lines that are no URI for Java, and those whose host is not to be called. */
const JAVA = `
import java.io.*;
import java.net.URI;
public class Uris {
  public static void main(String[] arguments) throws IOException {
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    for (String line; (line = lines.readLine()) != null; ) {
      try {
        new URI(line).toURL();
      } catch (Exception error) {
        System.out.println(error);
      }
    }
  }
}
`;
