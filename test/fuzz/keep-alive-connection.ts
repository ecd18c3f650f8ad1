/**
 * A connection that takes any bytes for a request and reads exactly one answer to them. It opens its
 * socket anew when the server has closed it.
 */

import { connect, type Socket } from 'node:net';

/** The answer to one request. */
export interface Answer {
  status: number;
  contentType: string;
  body: Buffer;
}

/** How a request ended: answered, or the server closed without a word, or nothing within the limit. */
export type Outcome = Answer | 'closed' | 'hung';

/** A client that sends one request at a time. */
interface KeepAliveConnection {
  send(method: string, bytes: Buffer): Promise<Outcome>;
  close(): void;
}

/** Opens a connection to the server; an answer that takes longer than `limitMs` counts as hung. */
export function openConnection(serverUrl: string, limitMs: number): KeepAliveConnection {
  const { hostname, port } = new URL(serverUrl);
  let socket: Socket | undefined;

  function open(): Socket {
    const opened = connect({ host: hostname, port: Number(port), noDelay: true });
    // The reason does not matter: 'close' follows, and what was received by then is looked at.
    return opened.on('error', () => {});
  }

  function send(method: string, bytes: Buffer): Promise<Outcome> {
    const current = socket ?? open();
    socket = current;
    return new Promise((resolve) => {
      let received: Buffer = Buffer.alloc(0);
      const finish = (outcome: Outcome, keep: boolean) => {
        clearTimeout(limit);
        current.removeAllListeners('data');
        current.removeAllListeners('close');
        if (!keep) {
          current.destroy();
          socket = undefined;
        }
        resolve(outcome);
      };
      const limit = setTimeout(() => finish('hung', false), limitMs);
      current.on('data', (chunk: Buffer) => {
        received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
        const answer = readAnswer(received, method);
        if (answer !== undefined) finish(answer, answer.keepsAlive);
      });
      current.on('close', () => finish('closed', false));
      current.write(bytes);
    });
  }

  return { send, close: () => socket?.destroy() };
}

function readAnswer(
  received: Buffer,
  method: string,
): (Answer & { keepsAlive: boolean }) | undefined {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = received.subarray(0, headEnd).toString('latin1');
  const status = Number(head.slice(9, 12));
  if (status < 200) return readAnswer(received.subarray(headEnd + 4), method);
  const length = method === 'HEAD' || status === 204 ? 0 : Number(headerOf(head, 'content-length'));
  const bodyEnd = headEnd + 4 + length;
  if (received.length < bodyEnd) return undefined;
  return {
    status,
    contentType: headerOf(head, 'content-type'),
    body: received.subarray(headEnd + 4, bodyEnd),
    keepsAlive: headerOf(head, 'connection') !== 'close' && received.length === bodyEnd,
  };
}

function headerOf(head: string, name: string): string {
  return new RegExp(`\\r\\n${name}: *([^\\r]*)`, 'i').exec(head)?.[1] ?? '';
}
