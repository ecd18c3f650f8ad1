/**
 * Bytes as they are, for what no HTTP client would send: writes them to a socket and reads back
 * whatever responses come until the server closes the connection.
 */

import { connect } from 'node:net';

/** One response as read from the wire. */
export interface RawReply {
  status: number;
  /** Lower-case names; a repeated header keeps its last value. */
  headers: Record<string, string>;
  body: string;
}

/** All that a connection brought. */
interface Exchange {
  replies: RawReply[];
  /** Whether the server closed it; if not, the limit ended it. */
  closed: boolean;
}

/** Writes `bytes` in one piece and reads until the server closes, at most `limitMs`. */
export function exchange(
  serverUrl: string,
  bytes: string | Buffer,
  { limitMs = 20_000 } = {},
): Promise<Exchange> {
  const { hostname, port } = new URL(serverUrl);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect({ host: hostname, port: Number(port) });
    const finish = (closed: boolean) => {
      clearTimeout(limit);
      socket.destroy();
      resolve({ replies: parseReplies(Buffer.concat(chunks)), closed });
    };
    const limit = setTimeout(() => finish(false), limitMs);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    // A server that refuses may reset the connection under bytes that are still on their way.
    socket.on('error', () => finish(true));
    socket.on('close', () => finish(true));
    socket.write(bytes);
  });
}

/** Splits what a server wrote into responses; the last may be cut short. */
function parseReplies(bytes: Buffer): RawReply[] {
  const replies: RawReply[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    const headEnd = rest.indexOf('\r\n\r\n');
    if (headEnd < 0) break;
    const [statusLine = '', ...lines] = rest.subarray(0, headEnd).toString('latin1').split('\r\n');
    const headers = Object.fromEntries(lines.map(splitHeader));
    const bodyEnd = headEnd + 4 + Number(headers['content-length'] ?? 0);
    const body = rest.subarray(headEnd + 4, bodyEnd).toString();
    const status = Number(statusLine.split(' ')[1]);
    if (status >= 200) replies.push({ status, headers, body });
    rest = rest.subarray(bodyEnd);
  }
  return replies;
}

function splitHeader(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}
