/** `node bench/chart.ts`: draws bench/results.json as docs/performance.svg. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Table } from './table.ts';

const ROOT = join(import.meta.dirname, '..');
const SHOWN = [
  'floor',
  'GET one app, authenticated',
  'POST, durable commit',
  'list of 50, first page',
  'the same, plain Fastify + Kysely',
  'the same, Prism (any token, any SID)',
];
const NAMES: Readonly<Record<string, string>> = {
  floor: 'the floor: bare node:http',
  'the same, plain Fastify + Kysely': 'GET, plain Fastify + Kysely',
  'the same, Prism (any token, any SID)': 'GET, Stoplight Prism',
};
const [LEFT, WIDTH, ROW, TOP] = [250, 420, 34, 56];

const results: Record<string, Table[]> = JSON.parse(
  readFileSync(join(ROOT, 'bench/results.json'), 'utf8'),
);
const table = results.requests?.find(({ title }) => title === 'Requests');
if (table === undefined) throw new Error('Run "npm run bench -- requests" first');
const cost = table.columns.indexOf('CPU µs a request');
const bars = SHOWN.map((name) => {
  const row = table.rows.find(([first]) => first === name);
  const microseconds = Number(String(row?.[cost]).replaceAll(',', ''));
  return { name: NAMES[name] ?? name, perSecond: 1_000_000 / microseconds };
});
const most = Math.max(...bars.map(({ perSecond }) => perSecond));

const rows = bars.map(({ name, perSecond }, index) => {
  const y = TOP + index * ROW;
  const width = (perSecond / most) * WIDTH;
  const isOurs = !/^(the floor|GET, )/.test(name);
  const figure = Math.round(perSecond / 100) * 100;
  return `  <text x="${LEFT - 12}" y="${y + 16}" text-anchor="end">${name}</text>
  <rect class="${isOurs ? 'ours' : 'theirs'}" x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="22" rx="3"/>
  <text x="${(LEFT + width + 8).toFixed(1)}" y="${y + 16}">${figure.toLocaleString('en-US')}</text>`;
});
const height = TOP + bars.length * ROW + 8;
writeFileSync(
  join(ROOT, 'docs/performance.svg'),
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 ${height}" role="img" aria-label="Requests a second that one core answers">
  <style>
    text { font: 14px system-ui, sans-serif; fill: #1c2430 }
    .title { font-weight: 600 }
    .ours { fill: #0b6e99 }
    .theirs { fill: #a7b1bd }
    @media (prefers-color-scheme: dark) { text { fill: #e7ebf0 } .ours { fill: #4bb4de } .theirs { fill: #5d6875 } }
  </style>
  <text class="title" x="${LEFT}" y="28">Requests a second that one core answers</text>
${rows.join('\n')}
</svg>
`,
);
