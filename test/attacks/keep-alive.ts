/** One connection of a client that decides itself when each byte of a request is sent. */

import { connect, type Socket } from 'node:net';
import type { Credentials } from '../support/server.ts';

export interface Answer {
  status: number;
  body: string;
}

export interface Connection {
  /** Sends a whole request and resolves with its answer. */
  ask(method: string, path: string, auth: Credentials, body?: string): Promise<Answer>;
  /** Sends the head of a POST and resolves when it is on its way; the result sends the body. */
  hold(path: string, auth: Credentials, body: string): Promise<() => Promise<Answer>>;
  close(): void;
}

/** Opens a connection that stays open from request to request. */
export function openConnection(serverUrl: string): Connection {
  const { hostname, port } = new URL(serverUrl);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  const nextAnswer = answersOf(socket);

  return {
    ask(method, path, auth, body) {
      socket.write(headOf(method, path, auth, body) + (body ?? ''));
      return nextAnswer();
    },
    async hold(path, auth, body) {
      await new Promise((resolve) => socket.write(headOf('POST', path, auth, body), resolve));
      return () => {
        socket.write(body);
        return nextAnswer();
      };
    },
    close: () => socket.destroy(),
  };
}

function headOf(method: string, path: string, auth: Credentials, body?: string): string {
  const pair = Buffer.from(`${auth.accountSid}:${auth.authToken}`).toString('base64');
  return [
    `${method} ${path} HTTP/1.1`,
    'Host: localhost',
    `Authorization: Basic ${pair}`,
    ...(body === undefined
      ? []
      : [
          'Content-Type: application/x-www-form-urlencoded',
          `Content-Length: ${Buffer.byteLength(body)}`,
        ]),
    '\r\n',
  ].join('\r\n');
}

/** Cuts what arrives into answers, in the order of their requests. */
function answersOf(socket: Socket): () => Promise<Answer> {
  const answers: Answer[] = [];
  const waiting: { resolve(answer: Answer): void; reject(error: Error): void }[] = [];
  let bytes = Buffer.alloc(0);
  let lost: Error | undefined;

  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    for (;;) {
      const end = bytes.indexOf('\r\n\r\n');
      if (end === -1) return;
      const head = bytes.subarray(0, end).toString('latin1');
      const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
      if (bytes.length < end + 4 + length) return;
      const answer = {
        status: Number(head.split(' ')[1]),
        body: bytes.subarray(end + 4, end + 4 + length).toString(),
      };
      bytes = bytes.subarray(end + 4 + length);
      const first = waiting.shift();
      if (first) first.resolve(answer);
      else answers.push(answer);
    }
  });
  const lose = (error?: Error) => {
    lost ??= error ?? new Error('the server closed the connection');
    for (const one of waiting.splice(0)) one.reject(lost);
  };
  socket.on('error', lose);
  socket.on('close', () => lose());

  return () => {
    const answer = answers.shift();
    if (answer) return Promise.resolve(answer);
    if (lost) return Promise.reject(lost);
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  };
}
