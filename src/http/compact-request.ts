/**
 * Bodies that nobody reads yet. Node.js makes an object of each chunk that arrives: 64 kB of the wire can be ten
 * thousand chunks of one byte, and take more than 1 MB until they are read.
 */

import { IncomingMessage } from '../node-http.ts';

const NOTHING = Buffer.alloc(0);
/** A chunk of this size is worth an object of its own. */
const LARGE_BYTES = 1024;

/** A request whose body takes about as much memory as it has bytes, also while it waits to be read. */
export class CompactRequest extends IncomingMessage {
  /** The small chunks, one after the other. */
  #held = NOTHING;
  #length = 0;
  /** Whether somebody reads: from then on, chunks do not wait. */
  #isRead = false;

  override push(chunk: Buffer | null): boolean {
    if (this.#isRead || chunk === null || chunk.length >= LARGE_BYTES) {
      this.#release();
      return super.push(chunk);
    }
    const needed = this.#length + chunk.length;
    if (needed > this.#held.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(LARGE_BYTES, 2 * this.#held.length));
      this.#held.copy(grown, 0, 0, this.#length);
      this.#held = grown;
    }
    chunk.copy(this.#held, this.#length);
    this.#length = needed;
    return needed < this.readableHighWaterMark;
  }

  override _read(size: number): void {
    this.#isRead = true;
    this.#release();
    super._read(size);
  }

  #release(): void {
    if (this.#length === 0) return;
    const bytes = this.#held.subarray(0, this.#length);
    this.#held = NOTHING;
    this.#length = 0;
    super.push(bytes);
  }
}
