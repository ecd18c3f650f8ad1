/** A DNS server (RFC 1035) on loopback with invented answers, and a lookup that asks only it. */

import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import type { Lookup } from '../../src/outgoing/open-connection.ts';

const TYPES = { A: 1, CNAME: 5, AAAA: 28 } as const;

interface DnsRecord {
  type: keyof typeof TYPES;
  /** An IPv4 address, an IPv6 address in eight groups, or a name. */
  value: string;
  /** Where it is not the name that was asked for: a link of a CNAME chain. */
  owner?: string;
}

/** The records of a name, given how many times this type was asked for before. */
export type Zone = Readonly<Record<string, (asked: number) => readonly DnsRecord[]>>;

export interface NameServer {
  lookup: Lookup;
  close(): Promise<void>;
}

export async function startNameServer(zone: Zone): Promise<NameServer> {
  const asked = new Map<string, number>();
  const socket = createSocket('udp4', (question, from) => {
    const { name, type, end } = readQuestion(question);
    const key = `${name} ${type}`;
    const count = asked.get(key) ?? 0;
    asked.set(key, count + 1);
    const records = (zone[name]?.(count) ?? []).filter(
      (record) => record.type === 'CNAME' || TYPES[record.type] === type,
    );
    socket.send(answer(question.subarray(0, end), name, records), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');

  const resolver = new Resolver({ timeout: 1_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return {
    async lookup(hostname) {
      const answers = await Promise.allSettled([
        resolver.resolve4(hostname),
        resolver.resolve6(hostname),
      ]);
      return answers.flatMap((result, index) =>
        result.status === 'fulfilled'
          ? result.value.map((address) => ({ address, family: index === 0 ? 4 : 6 }))
          : [],
      );
    },
    async close() {
      resolver.cancel();
      socket.close();
      await once(socket, 'close');
    },
  };
}

function readQuestion(message: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = message.readUInt8(at); length > 0; length = message.readUInt8(at)) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: message.readUInt16BE(at + 1), end: at + 5 };
}

function answer(question: Buffer, name: string, records: readonly DnsRecord[]): Buffer {
  const message = Buffer.from(question);
  message.writeUInt16BE(0x8180, 2); // an answer, recursion available, no error
  message.writeUInt16BE(records.length, 6);
  message.writeUInt32BE(0, 8);
  return Buffer.concat([message, ...records.map((record) => writeRecord(name, record))]);
}

function writeRecord(name: string, record: DnsRecord): Buffer {
  const data = writeData(record);
  const fixed = Buffer.alloc(10); // type, class, TTL 0, length
  fixed.writeUInt16BE(TYPES[record.type], 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([writeName(record.owner ?? name), fixed, data]);
}

function writeData({ type, value }: DnsRecord): Buffer {
  if (type === 'CNAME') return writeName(value);
  if (type === 'A') return Buffer.from(value.split('.').map(Number));
  const groups = value.split(':').map((group) => group.padStart(4, '0'));
  return Buffer.from(groups.join(''), 'hex');
}

function writeName(name: string): Buffer {
  const labels = name.split('.').map((label) => `${String.fromCharCode(label.length)}${label}`);
  return Buffer.from(`${labels.join('')}\0`, 'latin1');
}
