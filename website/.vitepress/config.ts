/** The documentation site: made of ../docs, in the look of the console, without anything from another origin. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitepress';
import { ICON_IMAGE } from '../../src/pages/art.ts';
import { STYLE_SHEET } from '../../src/pages/style.ts';
import { linkToRepository } from './repository-links.ts';
import { SECTIONS } from './sections.ts';
import { slugOf } from './slug.ts';

const ROOT = join(import.meta.dirname, '../..');
const MODULES = join(ROOT, 'website/node_modules');
const { repository } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const REPOSITORY = repository?.url?.replace(/^git\+/, '').replace(/\.git$/, '');

/** The console's design tokens. VitePress itself says which scheme is chosen. */
const TOKENS = STYLE_SHEET.slice(0, STYLE_SHEET.indexOf('}') + 1).replace('light dark;', 'light;');
const ICON = `data:image/svg+xml,${encodeURIComponent(ICON_IMAGE.trim())}`;

const decisions = readdirSync(join(ROOT, 'docs/decisions')).map((file) => {
  const [title = file] = readFileSync(join(ROOT, 'docs/decisions', file), 'utf8').split('\n');
  return { text: `${file.slice(0, 4)} ${title.replace(/^# /, '')}`, link: `/decisions/${file}` };
});

// biome-ignore lint/style/noDefaultExport: VitePress reads it.
export default defineConfig({
  title: 'connect-apps',
  description:
    "A self-hosted server for Twilio Connect Apps, compatible with Twilio's 2010-04-01 API",
  lang: 'en',
  base: process.env.BASE_PATH ?? '/',
  srcDir: '../docs',
  rewrites: { 'README.md': 'index.md' },
  cacheDir: 'node_modules/.cache/vitepress',
  head: [
    ['link', { rel: 'icon', href: ICON }],
    ['style', {}, TOKENS],
  ],
  markdown: {
    anchor: { slugify: slugOf },
    languageAlias: { haproxy: 'nginx' },
    config: (markdown) => linkToRepository(markdown, REPOSITORY),
  },
  // A page without sections is one wide table, which needs the room of the outline.
  transformPageData({ filePath, frontmatter }) {
    const text = readFileSync(join(ROOT, 'docs', filePath), 'utf8');
    frontmatter.aside ??= /^## /m.test(text);
  },
  vite: {
    publicDir: false,
    // Pages in docs/ import these, and would look for them in the node_modules above docs/.
    resolve: { alias: { vue: join(MODULES, 'vue') } },
  },
  themeConfig: {
    logo: ICON,
    search: {
      provider: 'local',
      options: {
        // Decisions are read by those who change the code: nobody else should find them first.
        _render: async (text, env, markdown) =>
          env.relativePath.startsWith('decisions/') ? '' : await markdown.renderAsync(text, env),
      },
    },
    outline: { level: [2, 3] },
    nav: SECTIONS.map(({ text, items: [first] }) => ({ text, link: first?.link ?? '/' })),
    sidebar: [...SECTIONS, { text: 'Decisions', items: decisions, collapsed: true }],
    ...(REPOSITORY && { socialLinks: [{ icon: 'github', link: REPOSITORY }] }),
  },
});
