/** Writes settings for a POSIX shell. */

/** Lines that a shell evaluates to make these changes: `export`, and `unset` where there is no value. */
export function exportLines(changes: NodeJS.ProcessEnv): string {
  return Object.entries(changes)
    .map(([name, value]) =>
      value === undefined ? `unset ${name}\n` : `export ${name}=${quote(value)}\n`,
    )
    .join('');
}

/** Single quotes preserve every character except themselves (POSIX.1-2017, Shell, 2.2.2). */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
