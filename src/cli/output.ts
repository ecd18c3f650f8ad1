/** What commands print: one JSON document with --json, otherwise lines for a person. */

/** Prints one thing: its names and values, one a line. */
export function printItem(item: Readonly<Record<string, unknown>>, asJson: boolean): void {
  if (asJson) {
    printJson(item);
    return;
  }
  const width = Math.max(...Object.keys(item).map((name) => name.length));
  for (const [name, value] of Object.entries(item)) {
    print(`${name.padEnd(width)}  ${textOf(value)}`);
  }
}

/** Prints a list as a table of the given columns. */
export function printList(
  items: readonly Readonly<Record<string, unknown>>[],
  columns: readonly string[],
  asJson: boolean,
): void {
  if (asJson) {
    printJson(items);
    return;
  }
  const rows = [columns, ...items.map((item) => columns.map((name) => textOf(item[name])))];
  const widths = columns.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of rows) {
    print(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}

/** Prints one line on standard output. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
