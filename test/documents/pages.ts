/** The Markdown of the repository: its pages, their blocks, headings and links. */

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { slugOf } from '../../website/.vitepress/slug.ts';

export const ROOT = join(import.meta.dirname, '../..');

export interface Block {
  /** Where it is, such as docs/api.md:52. */
  place: string;
  /** Its language; empty: text. */
  language: string;
  text: string;
}

/** Every page, by its path in the repository. */
export const PAGES: readonly string[] = globSync('**/*.md', {
  cwd: ROOT,
  exclude: (path) => /(^|\/)(node_modules|\.venv|target|dist|vendor|\.pytest_cache)$/.test(path),
}).sort();

export function readPage(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

/** The fenced blocks of a page, in lists without their indent. */
export function blocksOf(page: string): Block[] {
  const text = readPage(page);
  return [...text.matchAll(/^( *)```(\w*)[^\n]*\n([\s\S]*?)^\1```$/gm)].map((match) => {
    const [, indent = '', language = '', body = ''] = match;
    const line = text.slice(0, match.index).split('\n').length;
    return { place: `${page}:${line}`, language, text: body.replaceAll(`\n${indent}`, '\n') };
  });
}

/** The page without its blocks. */
export function proseOf(page: string): string {
  return readPage(page).replace(/^( *)```[\s\S]*?^\1```$/gm, '');
}

/** The anchors of a page: one for each heading, numbered where two are the same. */
export function anchorsOf(page: string): Set<string> {
  const seen = new Map<string, number>();
  const headings = [...proseOf(page).matchAll(/^#{1,6} (.+)$/gm)];
  return new Set(
    headings.map(([, heading = '']) => {
      const slug = slugOf(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1'));
      const count = seen.get(slug) ?? 0;
      seen.set(slug, count + 1);
      return count === 0 ? slug : `${slug}-${count}`;
    }),
  );
}
