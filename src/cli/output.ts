/** The output of commands: one JSON document with --json, otherwise lines for a person. */

/** Prints one thing: its names and values, one a line. */
export function printItem(item: Readonly<Record<string, unknown>>, asJson: boolean): void {
  if (asJson) {
    printJson(item);
    return;
  }
  const width = Math.max(...Object.keys(item).map((name) => name.length));
  for (const [name, value] of Object.entries(item)) {
    print(`${name.padEnd(width)}  ${cellText(value)}`);
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
  const rows = [columns, ...items.map((item) => columns.map((name) => cellText(item[name])))];
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

/** Prints a failure on standard error: one sentence, or with --json one object. */
export function printFailure(name: string, sentence: string, asJson: boolean): void {
  const line = asJson
    ? JSON.stringify({ error: name, message: sentence })
    : `connect-apps: ${escapeControls(sentence)}`;
  process.stderr.write(`${line}\n`);
}

/** As the shell reports a program that a closed pipe has ended: 128 and the number of SIGPIPE. */
const BROKEN_PIPE_EXIT_CODE = 141;

/**
 * Ends the process when its output cannot be written: without a word when the reader has gone, as in
 * `| head`, and with a sentence otherwise, as on a full disk.
 */
export function endWithOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // EIO: a terminal that was closed.
      if (error.code === 'EPIPE' || error.code === 'EIO') process.exit(BROKEN_PIPE_EXIT_CODE);
      if (stream === process.stdout) {
        printFailure('output_failed', `Cannot write to standard output: ${error.message}.`, false);
      }
      process.exit(1);
    });
  }
}

/** Prints one line on standard output. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (Array.isArray(value)) return value.length === 0 ? '-' : escapeControls(value.join(', '));
  return escapeControls(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

/**
 * Other people's text must not move the cursor, break a line of a table, or turn what follows it
 * around: such characters are shown as escapes.
 */
function escapeControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it escapes
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, (character) => {
    if (character === '\n') return '\\n';
    if (character === '\t') return '\\t';
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
