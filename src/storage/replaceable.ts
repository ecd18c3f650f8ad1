/**
 * A database in memory whose whole content can be taken out as bytes, and be replaced by such bytes at once: what
 * that costs does not depend on what was in it.
 */

import type { Database } from './database.ts';
import { openSqlite } from './sqlite.ts';

export interface ReplaceableDatabase extends Database {
  /** All that is in it, as of the last commit. */
  bytes(): Promise<Buffer>;
  /**
   * Replaces all that is in it by what `bytes` returned. Whoever reads or writes meanwhile sees one or the other; a
   * transaction under way ends with the old content.
   */
  load(image: Buffer): Promise<void>;
}

/** Opens a database in memory that holds `image`, or nothing. */
export function openReplaceable(image?: Buffer): ReplaceableDatabase {
  const open = (bytes?: Buffer) => openSqlite(':memory:', undefined, 'claim', bytes);
  let current = open(image);
  let commitsBefore = 0;
  return {
    engine: current.engine,
    name: current.name,
    get query() {
      return current.query;
    },
    look: (work) => current.look(work),
    transaction: (work) => current.transaction(work),
    append: (work) => current.append(work),
    migration: (work) => current.migration(work),
    commits: () => commitsBefore + current.commits(),
    forget: () => current.forget(),
    ping: () => current.ping(),
    bytes: () => current.bytes(),
    async load(bytes) {
      const before = current;
      current = open(bytes);
      // Another number, so that nothing that was read before is taken for current.
      commitsBefore += before.commits() + 1;
      await before.close();
    },
    close: () => current.close(),
  };
}
