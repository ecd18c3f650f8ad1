/** A reader of CSV for tests, strict in the sense of RFC 4180: anything else fails the test. */

import assert from 'node:assert/strict';

const CELL = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/y;

/** Returns the rows of `text`; a line end after the last row is optional. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let position = 0;
  while (position < text.length) {
    CELL.lastIndex = position;
    const match = CELL.exec(text);
    assert.ok(match, `not CSV at ${position}: ${text.slice(position, position + 40)}`);
    const [whole, quoted, bare = '', end] = match;
    row.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    position += whole.length;
    if (end !== ',') {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}
