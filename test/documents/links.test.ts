/** Links of the documents lead to something, and every page of docs/ is on the site. */

import assert from 'node:assert/strict';
import { existsSync, globSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { SECTIONS } from '../../website/.vitepress/sections.ts';
import { anchorsOf, PAGES, proseOf, ROOT } from './pages.ts';

/** Where a page's links and images lead, other than to other hosts. */
function targetsOf(page: string): string[] {
  return [...proseOf(page).matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)]
    .map(([, link, attribute]) => link ?? attribute ?? '')
    .filter((target) => !/^[a-z]+:/.test(target));
}

describe('the pages and their links', () => {
  it('have links that lead to files and headings that there are', () => {
    const faults = PAGES.flatMap((page) =>
      targetsOf(page).flatMap((target) => {
        const [path = '', anchor] = target.split('#');
        const file = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path));
        if (!existsSync(join(ROOT, file))) return [`${page}: there is no ${path}`];
        if (anchor === undefined || anchorsOf(file).has(anchor)) return [];
        return [`${page}: ${file} has no heading #${anchor}`];
      }),
    );
    assert.deepEqual(faults, []);
  });

  it('have no marks of an unfinished merge', () => {
    const marks = /^\s*(<<<<<<< |=======$|>>>>>>> |> > > > > > > )/m;
    assert.deepEqual(
      PAGES.filter((page) => marks.test(proseOf(page))),
      [],
    );
  });

  it('are all on the site', () => {
    const listed = SECTIONS.flatMap(({ items }) => items).map(({ link }) => `docs${link}.md`);
    const pages = globSync('docs/*.md', { cwd: ROOT }).filter((page) => page !== 'docs/README.md');
    assert.deepEqual(listed.toSorted(), pages.toSorted());
  });

  it('are all in docs/README.md', () => {
    const targets = targetsOf('docs/README.md').map((target) => `docs/${target}`);
    for (const page of globSync('docs/*.md', { cwd: ROOT })) {
      if (page !== 'docs/README.md') assert.ok(targets.includes(page), `${page} is not linked`);
    }
  });
});
