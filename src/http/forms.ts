/**
 * The bodies that are taken: forms, as `application/x-www-form-urlencoded` or as `multipart/form-data`
 * without files. A body is in memory and within its limit before it is parsed; none touches the disk.
 */

import { parse } from 'node:querystring';
import { MIMEType } from 'node:util';
import { Busboy } from '@fastify/busboy';
import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../problem.ts';

const BODY_LIMIT_BYTES = 64 * 1024;
/** As many as Node.js takes of the other kind of form. */
const MAX_PARTS = 1000;
const MAX_PART_HEADERS = 16;
const MAX_PART_HEADER_BYTES = 4096;

const MULTIPART_LIMITS = {
  fieldSize: BODY_LIMIT_BYTES,
  parts: MAX_PARTS,
  headerPairs: MAX_PART_HEADERS,
  headerSize: MAX_PART_HEADER_BYTES,
};

/** Makes the server take forms and no other body; reads up to `readLimitBytes` of one that is too large. */
export async function takeForms(server: FastifyInstance, readLimitBytes: number): Promise<void> {
  await server.register(formbody, {
    bodyLimit: readLimitBytes,
    parser: (body) => {
      checkSize(Buffer.byteLength(body));
      return parse(body);
    },
  });
  server.addContentTypeParser(
    'multipart/form-data',
    { parseAs: 'buffer', bodyLimit: readLimitBytes },
    async (request: FastifyRequest, body: Buffer) => {
      checkSize(body.length);
      return parseMultipart(request.headers['content-type'] ?? '', body);
    },
  );
  // Only forms: every other type is refused with 415.
  server.removeContentTypeParser(['application/json', 'text/plain']);
}

function checkSize(bytes: number): void {
  if (bytes > BODY_LIMIT_BYTES) throw new Problem('body_too_large');
}

/**
 * The fields of a multipart form, each name with its values in their order. Raises
 * `media_type_unsupported` for a file, and `request_malformed` for what is no such form.
 */
async function parseMultipart(
  contentType: string,
  body: Buffer,
): Promise<Record<string, readonly string[]>> {
  const boundary = boundaryOf(contentType);
  if (!boundary) throw malformed('has no boundary in its Content-Type');
  const values = new Map<string, string[]>();
  let fields = 0;
  await new Promise<void>((resolve, reject) => {
    const headers = { 'content-type': contentType };
    const parser = new Busboy({ headers, limits: MULTIPART_LIMITS });
    parser.on('field', (name: string | undefined, value, _, isTruncated, encoding) => {
      if (name === undefined || isTruncated) return reject(malformed('has a field without a name'));
      if (!['7bit', '8bit', 'binary'].includes(encoding)) {
        return reject(malformed(`has a field in the encoding ${encoding}: send it as it is`));
      }
      fields += 1;
      values.set(name, [...(values.get(name) ?? []), value]);
    });
    parser.on('file', (_, file) => {
      file.resume();
      reject(
        new Problem(
          'media_type_unsupported',
          'Send the parameters as fields: files are not taken.',
        ),
      );
    });
    parser.on('partsLimit', () => reject(malformed(`has more than ${MAX_PARTS} parts`)));
    parser.on('error', () => reject(malformed('ends before its last boundary')));
    parser.on('finish', () => resolve());
    parser.end(body);
  }).catch((error: unknown) => {
    // It throws for a Content-Type that it reads in another way.
    throw error instanceof Problem ? error : malformed('has a Content-Type that cannot be read');
  });
  if (fields < countParts(body, boundary)) throw malformed('has a part that is no field');
  return Object.fromEntries(values);
}

function boundaryOf(contentType: string): string | null {
  try {
    return new MIMEType(contentType).params.get('boundary');
  } catch {
    return null;
  }
}

/** The parser passes over parts that it cannot make a field of. */
function countParts(body: Buffer, boundary: string): number {
  return `\r\n${body.toString('latin1')}`.split(`\r\n--${boundary}\r\n`).length - 1;
}

function malformed(fault: string): Problem {
  return new Problem('request_malformed', `The multipart form ${fault}.`);
}
