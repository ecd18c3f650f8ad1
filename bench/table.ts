/** What the parts of the benchmark return: tables, for docs/performance.md and for the chart. */

export interface Table {
  title: string;
  columns: readonly string[];
  rows: readonly (readonly (string | number)[])[];
  /** How it was measured, if the columns do not show it. */
  note?: string;
}

/** A table as Markdown. */
export function toMarkdown({ title, columns, rows, note }: Table): string {
  const lines = [columns, columns.map(() => '---'), ...rows];
  const table = lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
  return `### ${title}\n\n${table}${note === undefined ? '' : `\n${note}\n`}`;
}

/** A number as people read it: thousands with commas, small ones with the digits that count. */
export function figure(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** The middle one of several values. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The value below which this part of all values lies, such as 0.99. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN;
}
