/**
 * The style of /docs: the bar with the brand above the viewer, and the viewer's own variables: the colours of our pages, and
 * darker ones where its own are too pale to read. Outside of the viewer's cascade layers, so that these win.
 */

export const VIEWER_STYLE = `body { margin: 0; }
.bar { display: flex; align-items: center; gap: 1.25rem; box-sizing: border-box; height: 3.5rem; padding: 0 1rem; border-bottom: 1px solid var(--scalar-border-color); background: var(--scalar-background-1); color: var(--scalar-color-1); font: 0.875rem/1.5 system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; position: sticky; top: 0; z-index: 20; overflow: hidden; }
.bar a { color: var(--scalar-color-accent); white-space: nowrap; }
.bar .mark { display: flex; align-items: center; gap: 0.625rem; min-width: 0; margin-right: auto; color: inherit; font-weight: 650; text-decoration: none; }
.bar .mark span:last-child { overflow: hidden; text-overflow: ellipsis; }
.bar .mark img { display: block; height: 1.5rem; max-width: 12rem; }
.bar .initial { display: grid; place-items: center; flex: none; width: 1.5rem; height: 1.5rem; border-radius: 6px; background: var(--scalar-color-accent); color: var(--scalar-background-1); }
.bar .initial::before { content: attr(data-initial); }
.bar .brand-links { display: flex; gap: 1.25rem; margin: 0; padding: 0; list-style: none; }
@media (max-width: 40rem) { .bar .brand-links { display: none; } }
body { --scalar-custom-header-height: 3.5rem; }
.light-mode {
  color-scheme: light;
  --scalar-background-2: #f6f7f9;
  --scalar-background-3: #eef1f4;
  --scalar-border-color: #dde2e8;
  --scalar-color-1: #171b21;
  --scalar-color-2: #56606c;
  --scalar-color-3: #5d6673;
  --scalar-color-green: #0c6b3c;
  --scalar-color-blue: #0b5cad;
  --scalar-color-orange: #855000;
  --scalar-color-yellow: #855000;
  --scalar-color-red: #b3261e;
  --scalar-color-purple: #6b3fa0;
  --scalar-color-accent: var(--accent, #0b5cad);
}
.dark-mode {
  color-scheme: dark;
  --scalar-background-1: #0e1116;
  --scalar-background-2: #161b22;
  --scalar-background-3: #2a313a;
  --scalar-border-color: #2a313a;
  --scalar-color-1: #e6eaef;
  --scalar-color-2: #b3bcc6;
  --scalar-color-3: #a3adb8;
  --scalar-color-accent: var(--accent, #7ab8ff);
}
`;
