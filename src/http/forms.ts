/**
 * The bodies that are taken: forms, as `application/x-www-form-urlencoded` or as `multipart/form-data`
 * without files, except for a route that takes one. A body is in memory and within its limit before it is parsed; none touches the disk.
 */

import type { IncomingMessage } from 'node:http';
import { parse } from 'node:querystring';
import { MIMEType } from 'node:util';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../problem.ts';
import { BODY_LIMIT_BYTES, type Bodies } from './body.ts';

/** As many as Node.js takes of the other kind of form. */
const MAX_PARTS = 1000;
const MAX_PART_HEADERS = 16;
const MAX_PART_HEADER_BYTES = 4096;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The field that may hold a file, and the size of the largest. */
    takesFile?: { field: string; maxBytes: number };
  }
  interface FastifyRequest {
    /** The file that was sent; undefined when there was none. */
    file: Buffer | undefined;
  }
}

const MULTIPART_LIMITS = {
  fieldSize: BODY_LIMIT_BYTES,
  parts: MAX_PARTS,
  headerPairs: MAX_PART_HEADERS,
  headerSize: MAX_PART_HEADER_BYTES,
};

/** Makes a router take forms, which `bodies` reads, and no other body: every other type is refused with 415. */
export function takeForms(server: FastifyInstance, bodies: Bodies): void {
  server.removeAllContentTypeParsers();

  server.decorateRequest('file', undefined);

  function take(
    type: string,
    parseForm: (body: Buffer, contentType: string, request: FastifyRequest) => unknown,
  ): void {
    server.addContentTypeParser(type, async (request: FastifyRequest, payload: IncomingMessage) => {
      // No other method has parameters in its body.
      if (request.method !== 'POST') return undefined;
      const { takesFile } = request.routeOptions.config;
      const limit = BODY_LIMIT_BYTES + (takesFile?.maxBytes ?? 0);
      const body = await bodies.read(payload, limit);
      return parseForm(body, request.headers['content-type'] ?? '', request);
    });
  }
  take('application/x-www-form-urlencoded', (body) => parse(body.toString()));
  take('multipart/form-data', parseMultipart);
}

/**
 * The fields of a multipart form, each name with its values in their order. Raises `media_type_unsupported`
 * for a file unless the route takes it, and `request_malformed` for an invalid form.
 */
async function parseMultipart(
  body: Buffer,
  contentType: string,
  request: FastifyRequest,
): Promise<Record<string, readonly string[]>> {
  const boundary = boundaryOf(contentType);
  if (!boundary) throw malformed('has no boundary in its Content-Type');
  const values = new Map<string, string[]>();
  let fields = 0;
  // Loaded with the first form of this kind: hardly a client sends one.
  const { Busboy } = await import('@fastify/busboy');
  await new Promise<void>((resolve, reject) => {
    const headers = { 'content-type': contentType };
    const parser = new Busboy({ headers, limits: MULTIPART_LIMITS });
    parser.on('field', (name: string | undefined, value, _, isTruncated, encoding) => {
      if (name === undefined || isTruncated) return reject(malformed('has a field without a name'));
      if (!['7bit', '8bit', 'binary'].includes(encoding)) {
        return reject(malformed(`has a field encoded as ${encoding}: send it unencoded`));
      }
      fields += 1;
      values.set(name, [...(values.get(name) ?? []), value]);
    });
    parser.on('file', (name, file) => {
      const { takesFile } = request.routeOptions.config;
      if (takesFile !== undefined && name === takesFile.field && request.file === undefined) {
        fields += 1;
        const chunks: Buffer[] = [];
        file.on('data', (chunk: Buffer) => chunks.push(chunk));
        file.on('end', () => {
          request.file = Buffer.concat(chunks);
        });
        return;
      }
      file.resume();
      reject(
        new Problem(
          'media_type_unsupported',
          'Send the parameters as fields: files are not accepted.',
        ),
      );
    });
    parser.on('partsLimit', () => reject(malformed(`has more than ${MAX_PARTS} parts`)));
    parser.on('error', () => reject(malformed('ends before its last boundary')));
    parser.on('finish', () => resolve());
    parser.end(body);
  }).catch((error: unknown) => {
    // It throws for a Content-Type that it reads in another way.
    throw error instanceof Problem ? error : malformed('has an invalid Content-Type');
  });
  if (fields < countParts(body, boundary)) throw malformed('has a part that is not a field');
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
