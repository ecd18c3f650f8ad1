/** Runs command lines one after the other in this process, as `connect-apps` would each in its own. */

import { readFileSync } from 'node:fs';
import { run } from '../../src/cli/program.ts';

/** `@name` in a line stands for the SID that an earlier line printed, which `keeps` that name. */
export type Line = readonly [words: readonly string[], keeps?: string];

const lines: Line[] = JSON.parse(readFileSync('lines.json', 'utf8'));
const kept = new Map<string, string>();
const outcomes: { printed: string; exitCode: number }[] = [];
const write = process.stdout.write.bind(process.stdout);
for (const stream of [process.stdout, process.stderr]) stream.setMaxListeners(0);

for (const [words, keeps] of lines) {
  let printed = '';
  const capture = (chunk: string | Uint8Array) => {
    printed += String(chunk);
    return true;
  };
  process.stdout.write = capture;
  process.stderr.write = capture;
  const exitCode = await run(words.map((word) => kept.get(word) ?? word));
  const [, sid] = /"sid": "(\w{34})"/.exec(printed) ?? [];
  if (keeps && sid) kept.set(`@${keeps}`, sid);
  outcomes.push({ printed, exitCode });
}
write(JSON.stringify(outcomes));
