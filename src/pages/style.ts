/** The one style sheet: design tokens first, light and dark, no script and no font to load. */

import { createHash } from 'node:crypto';

export const STYLE_SHEET = `:root {
  color-scheme: light dark;
  --paper: light-dark(#f6f7f9, #0e1116);
  --card: light-dark(#ffffff, #161b22);
  --sunken: light-dark(#eef1f4, #0b0e12);
  --raised: light-dark(#eef1f4, #232a33);
  --line: light-dark(#dde2e8, #2a313a);
  --edge: light-dark(#838d99, #6b7684);
  --ink: light-dark(#171b21, #e6eaef);
  --quiet: light-dark(#56606c, #9aa5b1);
  --accent: light-dark(#0b5cad, #7ab8ff);
  --on-accent: light-dark(#ffffff, #0e1116);
  --tint: light-dark(#e7f0fa, #14273b);
  --ok: light-dark(#0c6b3c, #6fd39b);
  --ok-bg: light-dark(#e4f5eb, #10291c);
  --warn: light-dark(#855000, #f2c063);
  --warn-bg: light-dark(#fff2d6, #2f240c);
  --bad: light-dark(#b3261e, #ff9d94);
  --bad-bg: light-dark(#fdeae8, #381614);
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "Liberation Mono", monospace;
  --radius: 8px;
  --radius-panel: 12px;
}
:root[data-theme="light"] { color-scheme: light; }
:root[data-theme="dark"] { color-scheme: dark; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
a { color: var(--accent); text-underline-offset: 2px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
code, kbd { font-family: var(--mono); overflow-wrap: anywhere; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.quiet { color: var(--quiet); }
.text { white-space: pre-line; }
.more { margin: 0 0 .75rem; overflow-wrap: anywhere; }
.more summary { list-style: none; cursor: pointer; }
.more summary::-webkit-details-marker { display: none; }
.more[open] .short, .more[open] .closed, .more:not([open]) .open { display: none; }
.more p { margin: .25rem 0 0; }
.toggle { color: var(--accent); text-decoration: underline; }

.wide { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
.wide h2 { margin-top: 3rem; font-size: 1.1rem; overflow-wrap: anywhere; }
.method { color: var(--accent); }
.narrow { max-width: 30rem; margin: 0 auto; padding: 3rem 1rem; }
.brand { display: flex; align-items: center; gap: .625rem; margin: 0 0 1rem; color: var(--ink); font-size: .9375rem; font-weight: 650; letter-spacing: -.01em; }
.brand img { display: block; width: 1.5rem; height: 1.5rem; }
.brand img.brand-logo, .mark img.brand-logo { width: auto; max-width: min(12rem, 100%); height: auto; max-height: 2rem; }
.initial::before { content: attr(data-initial); }
.brand .initial, .mark .initial { display: grid; place-items: center; flex: none; width: 1.5rem; height: 1.5rem; border-radius: 6px; background: var(--accent); color: var(--on-accent); font-size: .875rem; font-weight: 650; }
.brand-links { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 1rem 0 0; padding: 0; list-style: none; font-size: .875rem; overflow-wrap: anywhere; }

:where(.narrow, .wide) {
  table { width: 100%; border-collapse: collapse; margin: 1rem 0; }
  caption { text-align: left; font-weight: 600; padding-bottom: .25rem; }
  th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); font-weight: 400; }
  thead th { font-weight: 600; }
  pre { margin: 0 0 1rem; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: var(--radius); background: var(--sunken); white-space: pre-wrap; }
  pre code { user-select: all; }
}
:where(.narrow) {
  .card { background: var(--card); border: 1px solid var(--line); border-radius: var(--radius-panel); padding: 1.5rem; }
  .card :is(h1, .title) { margin: 0 0 .5rem; font-size: 1.375rem; font-weight: 650; line-height: 1.2727; letter-spacing: -.015em; overflow-wrap: anywhere; }
  .card h1 + :is(form, .notice, .buttons) { margin-top: 1rem; }
  .card h2:not(.title) { margin: 1.5rem 0 .5rem; font-size: 1rem; font-weight: 600; }
  .card p { margin: 0 0 .75rem; overflow-wrap: anywhere; }
  .card form + p { margin-top: 1.25rem; }
  .card > :last-child { margin-bottom: 0; }
  .card code { font-size: .875em; }
  .card td code { font-size: .8125rem; }
  .card td:first-child code { overflow-wrap: normal; }
  .quiet { font-size: .9375rem; }
  .logo { position: relative; width: 4rem; height: 4rem; margin-bottom: 1rem; overflow: hidden; border-radius: var(--radius-panel); border: 1px solid var(--line); }
  .logo img { display: block; width: 100%; height: 100%; object-fit: contain; background: #ffffff; }
  .logo img::after { content: attr(data-initial); }
  .logo span, .logo img::after { position: absolute; inset: 0; background: var(--tint); color: var(--accent); font-size: 1.75rem; font-weight: 600; line-height: 4rem; text-align: center; }
  .by p { margin: 0 0 .75rem; }
  .links { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0 0 .75rem; padding: 0; list-style: none; }
  .permissions { margin: 0; padding: 0; list-style: none; }
  .permissions li { padding: .625rem 0; border-top: 1px solid var(--line); }
  .permissions li:last-child { border-bottom: 1px solid var(--line); }
  .permissions strong { display: block; }
  .new { margin-left: .5rem; padding: .0625rem .5rem; border-radius: 1rem; background: var(--accent); color: var(--on-accent); font-size: .75rem; font-weight: 600; }
  .notice { margin: 0 0 1rem; padding: .75rem 1rem; border-radius: var(--radius); background: var(--warn-bg); }
  fieldset { margin: 1.5rem 0 0; padding: 0; border: 0; }
  legend { padding: 0; font-weight: 600; }
  label { font-weight: 600; }
  .choice { display: flex; gap: .625rem; align-items: baseline; padding: .5rem 0; overflow-wrap: anywhere; }
  .choice code { display: block; }
  .choice label { font-weight: 400; }
  input[type="email"], input[type="password"] { display: block; width: 100%; margin: .25rem 0 1rem; padding: .5625rem .75rem; border: 1px solid var(--edge); border-radius: var(--radius); background: var(--card); color: var(--ink); font: inherit; }
  .buttons { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem; }
  .demo { margin-top: 1.5rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
  .demo h2:not(.title) { margin: 0; font-size: 1rem; font-weight: 600; }
  .demo form { display: flex; flex: 1 1 8rem; }
  .demo .buttons { margin-top: .75rem; }
  .demo p { margin: .75rem 0 0; }
  button { flex: 1 1 8rem; padding: .6875rem 1.25rem; border: 1px solid var(--accent); border-radius: var(--radius); background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; cursor: pointer; }
  button:disabled { opacity: .6; cursor: default; }
  button.second { background: transparent; color: var(--accent); }
  button.plain { flex: none; padding: 0; border: 0; background: none; color: var(--accent); font: inherit; font-weight: 400; text-decoration: underline; }
  a.button { flex: 1 1 8rem; padding: .6875rem 1.25rem; border: 1px solid var(--accent); border-radius: var(--radius); background: var(--accent); color: var(--on-accent); font-weight: 600; text-align: center; text-decoration: none; overflow-wrap: anywhere; }
  .or { display: flex; gap: .75rem; align-items: center; margin: 1.25rem 0 1rem; color: var(--quiet); }
  .or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
  .foot { display: flex; flex-wrap: wrap; gap: .25rem 1rem; justify-content: space-between; margin-top: 1rem; color: var(--quiet); font-size: .875rem; overflow-wrap: anywhere; }
}
@media (max-width: 40rem) {
  .narrow { padding: 1.25rem .75rem; }
  :where(.narrow) .demo button { padding-inline: .75rem; }
  .card code, .card td code { font-size: .75rem; }
  :where(.narrow, .wide) {
    thead { display: none; }
    tr { display: block; padding: .35rem 0; border-bottom: 1px solid var(--line); }
    th, td { display: block; padding: 0; border: 0; }
  }
}
`;

/** Changes with its content, so that it can be cached forever. */
export const STYLE_SHEET_PATH = `/assets/style-${createHash('sha256').update(STYLE_SHEET).digest('hex').slice(0, 12)}.css`;
