/**
 * Every block of the documents is text of its language, and every connect-apps command in them is one of the command
 * line. Blocks that change something are also run, by the tests of what they are about.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { parse as parseYaml } from 'yaml';
import { faultsOf, faultsOfScript } from './commands.ts';
import { blocksOf, PAGES, proseOf } from './pages.ts';

type Parse = (text: string) => unknown;

/** Parses with another program, which reads the text from its standard input. */
function program(command: string, ...words: string[]): Parse {
  return (input) => {
    const { error, status, stdout, stderr } = spawnSync(command, words, {
      input,
      encoding: 'utf8',
    });
    if (error) throw error;
    assert.equal(status, 0, stderr + stdout);
  };
}

/** A value, or one value per line. */
function parseJson(text: string): void {
  try {
    JSON.parse(text);
  } catch {
    for (const line of text.trimEnd().split('\n')) JSON.parse(line);
  }
}

const php = program('php', '-l');
const go = program('gofmt', '-e');

/** How each language is parsed. */
const PARSERS: Readonly<Record<string, Parse>> = {
  sh: program('bash', '-n'),
  json: parseJson,
  yaml: (text) => parseYaml(text),
  js: stripTypeScriptTypes,
  python: program('python3', '-c', 'import ast, sys; ast.parse(sys.stdin.read())'),
  ruby: program('ruby', '-c'),
  php: (text) => php(text.startsWith('<?php') ? text : `<?php\n${text}`),
  // A file as a whole, and lines out of one by paragraphs: gofmt takes no mixture of declarations and statements.
  go: (text) => (text.startsWith('package ') ? [text] : text.split('\n\n')).forEach(go),
  java: program('java', join(import.meta.dirname, 'Parse.java')),
  csharp: program(process.execPath, join(import.meta.dirname, '../support/parse-csharp.ts')),
};

/** Languages that nothing here parses: text, and what other tests read or run as it stands. */
const NOT_PARSED: Readonly<Record<string, string>> = {
  text: 'text',
  mermaid: 'read by test/architecture.test.ts',
  haproxy: 'run by test/ha and test/processes',
  sql: 'run by test/ha',
};

/** What no language takes. */
const BROKEN = '"(\n{';

const blocks = PAGES.flatMap(blocksOf);

/** Parses one block; a missing program is a failure in CI, and a skipped test elsewhere. */
function tryToParse(
  context: TestContext,
  parse: Parse,
  { place, text }: { place: string; text: string },
) {
  try {
    parse(text);
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    if (isMissing && process.env.CI !== 'true') return context.skip(cause.message);
    throw new Error(`${place} cannot be parsed`, { cause });
  }
}

describe('the blocks of the documents', () => {
  for (const language of new Set(blocks.map((block) => block.language))) {
    if (Object.hasOwn(NOT_PARSED, language)) continue;
    it(`are ${language} where they say so`, (context) => {
      const parse = PARSERS[language];
      assert.ok(parse, `nothing parses ${language}`);
      for (const block of blocks) {
        if (block.language === language) tryToParse(context, parse, block);
      }
      assert.throws(() => parse(BROKEN), `${language} takes what is broken`);
    });
  }

  it('have commands and flags that there are', () => {
    const faults = blocks
      .filter(({ language }) => language === 'sh')
      .flatMap(({ place, text }) => faultsOfScript(text).map((fault) => `${place}: ${fault}`));
    assert.deepEqual(faults, []);
  });
});

it('commands in the text of the documents are those of the command line', () => {
  const faults = PAGES.flatMap((page) =>
    [...proseOf(page).matchAll(/`(?:npx )?connect-apps ([^`]+)`/g)].flatMap(([, words = '']) =>
      faultsOf(words.split(/\s+/)).map((fault) => `${page}: ${fault}`),
    ),
  );
  assert.deepEqual(faults, []);
});
