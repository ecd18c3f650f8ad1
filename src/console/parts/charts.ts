/** Charts, drawn on the server: SVG without script and without style. The same numbers are in a table. */

import { html } from 'hono/html';
import type { Html } from '../../pages/layout.ts';
import { count } from './text.ts';

const WIDTH = 720;
const HEIGHT = 100;

/** A number with its name, what changed, and how it went. */
export function tile(options: {
  name: string;
  value: string;
  note?: Html | string;
  href?: string;
}): Html {
  const { name, value, note, href } = options;
  return html`<div class="panel tile"><span class="quiet">${href === undefined ? name : html`<a href="${href}">${name}</a>`}</span><strong>${value}</strong>${
    note === undefined ? '' : html`<span class="sub">${note}</span>`
  }</div>`;
}

export interface Bar {
  label: string;
  /** What was well, and what was not; the second stands on the first. */
  value: number;
  bad?: number;
}

export interface Chart {
  /** A sentence that says what is to be seen. */
  title: string;
  columns: readonly [label: string, value: string, bad?: string];
  bars: readonly Bar[];
}

/** Bars, at most 60. One that would dwarf the others is cut at the 95th centile, and marked. */
export function barChart({ title, columns, bars }: Chart): Html {
  const totals = bars.map(({ value, bad = 0 }) => value + bad);
  const top = scaleOf(totals);
  // Few bars are as wide as many: the last one stands over the last time.
  const step = WIDTH / Math.max(1, bars.length);
  const wide = round(step * 0.75);
  const drawn = bars.map(({ label, value, bad = 0 }, index) => {
    const x = round(index * step);
    const total = value + bad;
    const height = (part: number) => (Math.min(part, top) / top) * HEIGHT;
    const all = height(total);
    const well = total === 0 ? 0 : all * (value / total);
    const ill = all - well;
    const gap = well > 2 && ill > 2 ? 1 : 0;
    return html`<g><title>${label}: ${count(value)}${bad > 0 ? ` and ${count(bad)} ${columns[2] ?? ''}` : ''}</title><rect class="mark-1" x="${x}" y="${round(HEIGHT - well)}" width="${wide}" height="${round(well)}"/>${
      ill > 0
        ? html`<rect class="mark-2" x="${x}" y="${round(HEIGHT - all)}" width="${wide}" height="${round(ill - gap)}"/>`
        : ''
    }${total > top ? html`<path class="cut" d="M${x - 1} 10l${wide + 2} -5"/>` : ''}</g>`;
  });
  return frame({ title, columns, bars }, Math.max(...totals, 0), html`${drawn}`);
}

function frame({ title, columns, bars }: Chart, max: number, marks: Html): Html {
  const hasBad = columns[2] !== undefined;
  return html`<figure class="chart"><svg viewBox="0 -2 ${WIDTH} ${HEIGHT + 3}" role="img" aria-label="${title}">${[
    0, 50, 100,
  ].map((y) => html`<path class="rule" d="M0 ${y}H${WIDTH}"/>`)}${marks}</svg>
<div class="ends"><span>${bars[0]?.label ?? ''}</span><span>peak: ${count(max)}</span><span>${bars.at(-1)?.label ?? ''}</span></div>
<details><summary>Show as a table</summary><div class="panel dense"><table aria-label="${title}"><thead><tr><th scope="col">${columns[0]}</th><th scope="col" class="num">${columns[1]}</th>${
    hasBad ? html`<th scope="col" class="num">${columns[2]}</th>` : ''
  }</tr></thead><tbody>${bars.map(
    ({ label, value, bad = 0 }) =>
      html`<tr><th scope="row">${label}</th><td class="num">${count(value)}</td>${hasBad ? html`<td class="num">${count(bad)}</td>` : ''}</tr>`,
  )}</tbody></table></div></details></figure>`;
}

function scaleOf(totals: readonly number[]): number {
  const sorted = totals.filter((total) => total > 0).sort((a, b) => a - b);
  const max = sorted.at(-1) ?? 1;
  const centile = sorted[Math.max(0, Math.ceil(sorted.length * 0.95) - 1)] ?? max;
  // What is only a little higher needs no cut.
  return max > centile * 1.5 ? centile * 1.15 : max;
}

function round(value: number): number {
  return Math.round(Math.max(0, value) * 10) / 10;
}
