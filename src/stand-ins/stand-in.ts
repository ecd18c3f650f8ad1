/** What stands in for one of Twilio's other resources: named properties, made from its description. No SQL. */

import { findUrlFault } from '../http-url.ts';
import { findTextFault, type Parameters, parameterProblem, textOf } from '../parameter.ts';
import { Problem, type ProblemName } from '../problem.ts';
import type { WireItem, WireValue } from '../wire.ts';
import { rfc2822 } from '../wire.ts';
import type { Kind, Place, Shape } from './description-shape.ts';

export interface StandIn {
  accountSid: string;
  /** The collection that it is in, such as `Messages`. */
  type: string;
  /** The SID of what it belongs to; empty for what belongs to the account. */
  parentSid: string;
  sid: string;
  createdAt: number;
  /** As on the wire. */
  properties: WireItem;
  /** The values of the parameters that created it and that no property shows, such as `status_callback`. */
  sent: WireItem;
  /** When its status goes on by itself; null when it stays. */
  dueAt: number | null;
  /** Who gave it the URLs that it calls: the account, or the Connect App that the account was made for. */
  caller: 'account' | 'app';
}

/** The basic kind, what follows its colon, and whether it may be null. */
function partsOf(kind: Kind): { name: string; rest: string; isNullable: boolean } {
  const isNullable = kind.endsWith('?');
  const [name = '', rest = ''] = (isNullable ? kind.slice(0, -1) : kind).split(/:(.*)/s);
  return { name, rest, isNullable };
}

/** The prefix of the SIDs of a kind, the first if there are several; undefined when it is no SID. */
export function sidPrefixOf(kind: Kind | undefined): string | undefined {
  const { name, rest } = partsOf(kind ?? '');
  return name === 'sid' ? rest.split('|')[0] : undefined;
}

/** What a property has when nothing says more. */
export function neutralValue(kind: Kind): WireValue {
  const { name, rest, isNullable } = partsOf(kind);
  if (name === 'array') return [];
  if (name === 'enum') return isNullable ? null : (rest.split('|')[0] ?? '');
  if (isNullable) return null;
  switch (name) {
    case 'integer':
    case 'number':
      return 0;
    case 'boolean':
      return false;
    case 'object':
    case 'uris':
      return {};
    default:
      return '';
  }
}

const SID = /^[A-Z]{2}[0-9a-fA-F]{32}$/;
/** Of one parameter: what is longer than Twilio takes anywhere is kept nowhere. */
const MAX_LENGTH = 8192;
const MAX_VALUES = 100;

/** The values of the parameters that were sent, by the names of their properties; raises the fault of one. */
export function parseParameters(
  post: NonNullable<Place['post']>,
  sent: Parameters,
  missing: Readonly<Record<string, ProblemName>> = {},
): Record<string, WireValue> {
  for (const name of post.required) {
    if (textOf(sent, name)) continue;
    throw new Problem(
      missing[name] ?? 'request_malformed',
      `Missing required parameter ${name} in the post body.`,
    );
  }
  const values: Record<string, WireValue> = {};
  for (const [name, kind] of Object.entries(post.parameters)) {
    const value = sent[name];
    if (value === undefined) continue;
    values[propertyName(name)] = parseValue(name, kind, [value].flat());
  }
  return values;
}

function parseValue(name: string, kind: Kind, texts: readonly string[]): WireValue {
  const { name: type, rest } = partsOf(kind);
  const [text = ''] = texts;
  if (texts.length > MAX_VALUES) throw parameterProblem(name, 'is repeated too often');
  const rule = {
    type: 'string',
    format: 'multiline',
    maxLength: MAX_LENGTH,
    description: '',
  } as const;
  for (const one of texts) {
    const fault = findTextFault(rule, one);
    if (fault !== undefined) throw parameterProblem(name, fault);
  }
  if (type === 'array') return texts.filter((one) => one !== '');
  if (text === '') return type === 'string' || type === 'uri' ? '' : null;
  const refuse = (fault: string) => parameterProblem(name, fault);
  switch (type) {
    case 'integer':
      if (!/^-?\d{1,15}$/.test(text)) throw refuse('must be a whole number');
      return Number(text);
    case 'number':
      if (!Number.isFinite(Number(text))) throw refuse('must be a number');
      return Number(text);
    case 'boolean':
      if (!/^(?:true|false)$/i.test(text)) throw refuse('must be true or false');
      return text.toLowerCase() === 'true';
    case 'enum': {
      const choices = rest.split('|');
      const choice = choices.find((one) => one.toLowerCase() === text.toLowerCase());
      if (choice === undefined) throw refuse(`must be one of ${choices.join(', ')}`);
      return choice;
    }
    case 'sid':
      if (!SID.test(text) || !rest.split('|').includes(text.slice(0, 2))) {
        throw refuse(`must be a SID that begins with ${rest.split('|').join(' or ')}`);
      }
      return text;
    case 'uri': {
      const fault = findUrlFault(text);
      if (fault !== undefined) throw refuse(fault);
      return text;
    }
    case 'day':
    case 'time':
    case 'rfc2822':
      if (Number.isNaN(Date.parse(text))) throw refuse('must be a date');
      return text;
    default:
      return text;
  }
}

/** The parameters that no property shows, and a behaviour may need later: what is secret is not among them. */
export function unshown(
  shape: Shape,
  values: Readonly<Record<string, WireValue>>,
): Record<string, WireValue> {
  return Object.fromEntries(
    Object.entries(values).filter(([name]) => !(name in shape) && !/password|secret/.test(name)),
  );
}

/** The name of a property from that of its parameter: `PhoneNumber` is `phone_number`. */
export function propertyName(parameter: string): string {
  return parameter.replace(/(?<!^)([A-Z])/g, '_$1').toLowerCase();
}

/** The properties of something new: what is given, else what is neutral, in the order of the shape. */
export function newProperties(
  shape: Shape,
  given: Readonly<Record<string, WireValue>>,
  now: number,
): WireItem {
  const always: Record<string, WireValue> = {
    api_version: '2010-04-01',
    date_created: rfc2822(now),
    date_updated: rfc2822(now),
  };
  return Object.fromEntries(
    Object.entries(shape).map(([name, kind]) => [
      name,
      asKind(kind, given[name]) ?? always[name] ?? neutralValue(kind),
    ]),
  );
}

/** A value in the type of its property: the `Ttl` of a token is sent as an integer and shown as a string. */
function asKind(kind: Kind, value: WireValue | undefined): WireValue | undefined {
  return typeof value === 'number' && partsOf(kind).name === 'string' ? String(value) : value;
}

/** The properties with those that are given, as far as the shape has them; what may not be null cannot be cleared. */
export function changedProperties(
  shape: Shape,
  before: WireItem,
  given: Readonly<Record<string, WireValue>>,
  now: number,
): WireItem {
  const changes = Object.entries(shape).flatMap(([name, kind]) => {
    const value = asKind(kind, given[name]);
    const isKept = value === undefined || (value === null && !partsOf(kind).isNullable);
    return isKept ? [] : [[name, value] as const];
  });
  return {
    ...before,
    ...Object.fromEntries(changes),
    ...('date_updated' in shape && { date_updated: rfc2822(now) }),
  };
}
