/** After the steps of the job: writes what the server refused into its summary, and ends the server. */

import { appendFileSync, readFileSync } from 'node:fs';

/** A summary may have 1 MiB. */
const MAX_LINES = 500;

const { STATE_pid: pid, STATE_log: log, GITHUB_STEP_SUMMARY: summary } = process.env;
// Without them it did not start.
if (pid && log && summary) {
  const refused = readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line.includes(' <- '));
  if (refused.length > 0) appendFileSync(summary, describe(refused));
  end(Number(pid));
}

/** @param {readonly string[]} refused */
function describe(refused) {
  const shown = refused.slice(-MAX_LINES);
  const which = shown.length < refused.length ? `, the last ${MAX_LINES}` : '';
  // What was asked for is the text of others.
  const text = shown.join('\n').replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `### Requests that connect-apps refused: ${refused.length}${which}\n\n<pre>\n${text}\n</pre>\n`;
}

/** @param {number} id */
function end(id) {
  try {
    process.kill(id, 'SIGTERM');
  } catch {
    // It has ended already.
  }
}
