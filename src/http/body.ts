/** Bodies of requests: at most 64 kB each, and no more in all than the process can hold. */

import type { IncomingMessage } from 'node:http';
import { Problem } from '../problem.ts';

export const BODY_LIMIT_BYTES = 64 * 1024;
/** What all bodies that are still arriving may hold together: 512 of the largest. */
const MAX_ARRIVING_BYTES = 32 * 1024 * 1024;
const FIRST_BYTES = 1024;

/** A body that is still arriving. */
interface Arriving {
  held: Buffer;
  fail(problem: Problem): void;
}

export interface Bodies {
  /** Reads a whole body; raises `body_too_large` as soon as its limit is exceeded. */
  read(request: IncomingMessage, maxBytes?: number): Promise<Buffer>;
}

/**
 * Makes what reads the bodies of a server. Beyond `maxBytes` in all, the body that began first is given up,
 * with `overloaded`: those that are sent without delay have arrived by then.
 */
export function createBodies(maxBytes = MAX_ARRIVING_BYTES): Bodies {
  const arriving = new Set<Arriving>();
  let heldBytes = 0;

  function hold(body: Arriving, bytes: number): void {
    heldBytes += bytes;
    for (const oldest of arriving) {
      if (heldBytes <= maxBytes) return;
      if (oldest !== body) oldest.fail(new Problem('overloaded'));
    }
  }

  return {
    read(request, limit = BODY_LIMIT_BYTES) {
      const announced = Number(request.headers['content-length'] ?? 0);
      if (announced > limit) return Promise.reject(new Problem('body_too_large'));
      return new Promise((resolve, reject) => {
        let length = 0;
        const body: Arriving = {
          held: Buffer.alloc(0),
          fail(problem) {
            stop();
            reject(problem);
          },
        };
        const onData = (chunk: Buffer) => {
          const needed = length + chunk.length;
          if (needed > limit) return body.fail(new Problem('body_too_large'));
          if (needed > body.held.length) {
            // Copied, because each tiny chunk would otherwise stay a separate object.
            const size = Math.max(needed, Math.min(2 * needed, limit), FIRST_BYTES);
            const grown = Buffer.allocUnsafeSlow(size);
            body.held.copy(grown, 0, 0, length);
            hold(body, size - body.held.length);
            body.held = grown;
          }
          chunk.copy(body.held, length);
          length = needed;
        };
        const onEnd = () => {
          stop();
          resolve(body.held.subarray(0, length));
        };
        const onClose = () => body.fail(new Problem('request_malformed'));
        function stop(): void {
          arriving.delete(body);
          heldBytes -= body.held.length;
          request.off('data', onData).off('end', onEnd).off('error', onClose).off('close', onClose);
        }
        arriving.add(body);
        request.on('data', onData).on('end', onEnd).on('error', onClose).on('close', onClose);
      });
    },
  };
}
