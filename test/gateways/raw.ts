/** Bytes to a gateway, as no client library would send them, and the answers that came. */

import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Credentials } from '../support/server.ts';

export interface Answer {
  status: number;
  head: string;
  body: string;
}

const LIMIT_MS = 15_000;
const BRIEF_MS = 200;

/** Sends one request, as its lines, and resolves with the answer. */
export async function ask(port: number, lines: readonly string[]): Promise<Answer> {
  const hasHost = lines.some((line) => /^host:/i.test(line));
  const [first = '', ...rest] = lines;
  const whole = [first, ...(hasHost ? [] : [HOST]), ...rest, 'Connection: close', '', ''];
  const [answer] = answersIn(await exchange(port, whole.join('\r\n')));
  return answer ?? { status: Number.NaN, head: '', body: '' };
}

export const HOST = 'Host: api.platform.example';

/** Sends bytes and resolves with all that comes until the gateway closes. */
export function exchange(port: number, bytes: string): Promise<string> {
  const socket = open(port);
  socket.write(Buffer.from(bytes, 'utf8'));
  return text(socket);
}

/** The same, but waits for no more than the first answers: a gateway may keep the connection open. */
export async function exchangeBriefly(port: number, bytes: string): Promise<string> {
  const socket = open(port);
  socket.once('data', () => socket.setTimeout(BRIEF_MS, () => socket.destroy()));
  socket.write(Buffer.from(bytes, 'utf8'));
  let answer = '';
  try {
    for await (const chunk of socket) answer += chunk;
  } catch {
    // What came is what counts.
  }
  return answer;
}

/** Opens a connection that ends with an error if nothing comes for long. */
export function open(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  return socket.setTimeout(LIMIT_MS, () => socket.destroy(new Error('no answer in 15 s')));
}

/** The answers on one connection, one after the other. */
export function answersIn(bytes: string): Answer[] {
  const answers: Answer[] = [];
  for (let rest = bytes; rest !== ''; ) {
    const end = rest.indexOf('\r\n\r\n');
    const head = end < 0 ? rest : rest.slice(0, end);
    const after = end < 0 ? '' : rest.slice(end + 4);
    const status = Number(/^HTTP\/1\.[01] (\d+)/.exec(head)?.[1]);
    const { body, taken } = readBody(head, after);
    answers.push({ status, head, body });
    rest = after.slice(taken);
  }
  return answers.filter(({ status }) => status !== 100);
}

function readBody(head: string, after: string): { body: string; taken: number } {
  const status = Number(/^HTTP\/1\.[01] (\d+)/.exec(head)?.[1]);
  if (status < 200 || status === 204 || status === 304) return { body: '', taken: 0 };
  if (/^transfer-encoding: chunked/im.test(head)) return readChunks(after);
  const length = /^content-length: (\d+)/im.exec(head)?.[1];
  // Twilio's texts are ASCII: as many characters as bytes.
  const taken = length === undefined ? after.length : Number(length);
  return { body: after.slice(0, taken), taken };
}

function readChunks(text: string): { body: string; taken: number } {
  let body = '';
  let at = 0;
  for (;;) {
    const [line, size = '0'] = /^([0-9a-f]+).*\r\n/i.exec(text.slice(at)) ?? [''];
    const length = Number.parseInt(size, 16);
    if (length === 0) return { body, taken: at + line.length + 2 };
    body += text.slice(at + line.length, at + line.length + length);
    at += line.length + length + 2;
  }
}

export function basicOf({ accountSid, authToken }: Credentials): string {
  return `Authorization: Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
}
