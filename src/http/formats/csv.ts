/** The CSV of a resource: RFC 4180, a header and a row for each item. */

import { stringify } from 'csv-stringify/sync';
import type { WireItem, WireValue } from '../../wire.ts';

/** A table of the items; of `names` those columns that they have. Nested objects have no column. */
export function writeCsv(names: readonly string[], items: readonly WireItem[]): string {
  const columns = names.filter(
    (name) => name !== 'subresource_uris' && (items[0] === undefined || name in items[0]),
  );
  const cell = (value: WireValue | undefined) => (Array.isArray(value) ? value.join(' ') : value);
  return stringify(
    items.map((wire) => columns.map((name) => cell(wire[name]))),
    {
      header: true,
      columns,
      record_delimiter: '\r\n',
      // Cells that a spreadsheet would run as a formula are made harmless.
      escape_formulas: true,
      // By itself it quotes only the two together.
      quoted_match: /[\r\n]/,
    },
  );
}
