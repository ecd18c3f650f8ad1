/** Links that leave docs/, such as ../examples/flask: what they name is in the repository, and not on the site. */

import type { MarkdownRenderer } from 'vitepress';

/** Leads them to the repository. While nobody knows its address, their text alone stays. */
export function linkToRepository(markdown: MarkdownRenderer, repository: string | undefined): void {
  markdown.core.ruler.push('repository-links', ({ tokens }) => {
    for (const { children } of tokens) {
      let isDropped = false;
      for (const token of children ?? []) {
        const [, path] = /^(?:\.\.\/)+(.*)/.exec(token.attrGet('href') ?? '') ?? [];
        if (token.type === 'link_open') isDropped = path !== undefined && repository === undefined;
        if (path !== undefined) token.attrSet('href', `${repository}/blob/main/${path}`);
        if (isDropped && token.type.startsWith('link_')) {
          token.type = 'text';
          token.content = '';
        }
      }
    }
  });
}
