/**
 * What every error of the API has in common, in JSON and in XML: the right members in the right order,
 * a code that fits its link, and a request id. Tests say the status, the code, and what else matters.
 */

import assert from 'node:assert/strict';
import { XMLParser } from 'fast-xml-parser';
import type { Reply } from '../support/server.ts';
import { objectOf, stringOf } from './narrow.ts';

/** What a test expects of an error. A text must be equal, a pattern must match. */
interface ExpectedProblem {
  status: number;
  code: number;
  message?: string | RegExp;
  detail?: string | RegExp;
}

/** An error body, read from either representation. */
interface ProblemBody {
  code: unknown;
  detail: unknown;
  message: string;
}

const xml = new XMLParser({ parseTagValue: false, ignoreDeclaration: true });

/** Fails unless `reply` is the expected error in the shape that its content type calls for. */
export function checkProblem(reply: Reply, expected: ExpectedProblem): ProblemBody {
  assert.equal(reply.status, expected.status, reply.text);
  const type = reply.headers['content-type'] ?? '';
  const body = type.startsWith('application/json') ? readJson(reply) : readXml(reply);
  assert.equal(Number(body.code), expected.code, reply.text);
  checkText(body.message, expected.message);
  checkText(body.detail, expected.detail);
  assert.match(reply.headers['twilio-request-id'] ?? '', /^RQ[0-9a-f]{32}$/);
  return body;
}

function readJson(reply: Reply): ProblemBody {
  assert.match(reply.headers['content-type'] ?? '', /^application\/json; ?charset=utf-8$/i);
  const body = objectOf(JSON.parse(reply.text));
  const detail = 'detail' in body ? ['detail'] : [];
  assert.deepEqual(Object.keys(body), ['code', ...detail, 'message', 'more_info', 'status']);
  assert.ok(Number.isInteger(body.code), 'code is an integer');
  assert.equal(body.status, reply.status);
  assert.equal(body.more_info, `https://www.twilio.com/docs/errors/${body.code}`);
  return { code: body.code, detail: body.detail, message: stringOf(body.message) };
}

function readXml(reply: Reply): ProblemBody {
  assert.match(reply.headers['content-type'] ?? '', /^application\/xml; ?charset=utf-8$/i);
  assert.match(reply.text, /^<\?xml version='1\.0' encoding='UTF-8'\?>\s*<TwilioResponse>/);
  const root = objectOf(xml.parse(reply.text));
  const body = objectOf(objectOf(root.TwilioResponse).RestException);
  const detail = 'Detail' in body ? ['Detail'] : [];
  assert.deepEqual(Object.keys(body), ['Code', ...detail, 'Message', 'MoreInfo', 'Status']);
  assert.equal(body.Status, String(reply.status));
  assert.equal(body.MoreInfo, `https://www.twilio.com/docs/errors/${body.Code}`);
  return { code: body.Code, detail: body.Detail, message: stringOf(body.Message) };
}

function checkText(actual: unknown, expected: string | RegExp | undefined): void {
  if (expected === undefined) return;
  if (typeof expected === 'string') assert.equal(actual, expected);
  else assert.match(stringOf(actual), expected);
}
