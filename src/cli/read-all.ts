/** A whole list, slice by slice: commands print everything. */

import type { Position, Slice } from '../storage/keyset.ts';

const SLICE_LENGTH = 1000;

/** Reads slices until one is not full. */
export async function readAll<Item extends Position>(
  list: (slice: Slice) => Promise<Item[]>,
): Promise<Item[]> {
  const items: Item[] = [];
  for (;;) {
    const slice = await list({ direction: 'older', from: items.at(-1), limit: SLICE_LENGTH });
    items.push(...slice);
    if (slice.length < SLICE_LENGTH) return items;
  }
}
