/** Which URL below an account is which place of the description. */

import { DESCRIPTION } from './description.ts';
import type { Place } from './description-shape.ts';

/** A URL below an account, as it was asked for. */
export interface Target {
  place: Place;
  /** The collection, such as `Messages`; a place of its own for each that no other list shows. */
  type: string;
  /** What stands in the path, by name. */
  parameters: Readonly<Record<string, string>>;
  /** What it belongs to, from the outside in. */
  parents: readonly { type: string; sid: string }[];
  /** The SID of the one that the path names; absent for a list. */
  sid?: string;
  /** The path of its list, with the SIDs of its parents. */
  listPath: string;
}

/** Lists that show what another one has, too. */
const SAME_AS: Readonly<Record<string, string>> = {
  'Calls/Notifications': 'Notifications',
  'Calls/Recordings': 'Recordings',
  'Conferences/Recordings': 'Recordings',
  'IncomingPhoneNumbers/Local': 'IncomingPhoneNumbers',
  'IncomingPhoneNumbers/Mobile': 'IncomingPhoneNumbers',
  'IncomingPhoneNumbers/TollFree': 'IncomingPhoneNumbers',
  'Recordings/Transcriptions': 'Transcriptions',
};

const PARAMETER = /^\{(\w+)\}$/;

interface Pattern {
  place: Place;
  segments: readonly string[];
}

const patterns = new Map<string, Pattern[]>();
for (const place of DESCRIPTION.places) {
  const segments = place.path.slice(1).split('/');
  const key = keyOf(segments);
  patterns.set(key, [...(patterns.get(key) ?? []), { place, segments }]);
}
// What is written out goes before what stands for anything.
for (const list of patterns.values()) {
  list.sort((one, other) => countParameters(one) - countParameters(other));
}

/** The place of a path such as `Messages/SM…`; undefined where the description has none. */
export function findTarget(path: string): Target | undefined {
  const asked = path.split('/');
  const pattern = patterns
    .get(keyOf(asked))
    ?.find(({ segments }) =>
      segments.every((segment, index) => PARAMETER.test(segment) || segment === asked[index]),
    );
  if (pattern === undefined) return undefined;
  const { place, segments } = pattern;
  const parameters: Record<string, string> = {};
  const parents: { type: string; sid: string }[] = [];
  let sid: string | undefined;
  for (const [index, segment] of segments.entries()) {
    const [, name] = PARAMETER.exec(segment) ?? [];
    if (name === undefined) continue;
    const value = asSid(asked[index] ?? '');
    parameters[name] = value;
    if (index === segments.length - 1) sid = value;
    else parents.push({ type: typeOf(segments.slice(0, index)), sid: value });
  }
  const listSegments = sid === undefined ? asked : asked.slice(0, -1);
  return {
    place,
    type: typeOf(segments),
    parameters,
    parents,
    ...(sid !== undefined && { sid }),
    listPath: listSegments.join('/'),
  };
}

/** The last parts of the paths below those at `path`, such as `Media` below `Messages/{Sid}`. */
export function namesBelow(type: string): readonly string[] {
  return below.get(type) ?? [];
}

const below = new Map<string, string[]>();
for (const { path } of DESCRIPTION.places) {
  const segments = path.slice(1).split('/');
  const name = segments.at(-1) ?? '';
  if (PARAMETER.test(name) || !PARAMETER.test(segments.at(-2) ?? '')) continue;
  const type = typeOf(segments.slice(0, -2));
  below.set(type, [...(below.get(type) ?? []), name]);
}

function typeOf(segments: readonly string[]): string {
  const type = segments.filter((segment) => !PARAMETER.test(segment)).join('/');
  return SAME_AS[type] ?? type;
}

function keyOf(segments: readonly string[]): string {
  return `${segments[0]} ${segments.length}`;
}

function countParameters({ segments }: Pattern): number {
  return segments.filter((segment) => PARAMETER.test(segment)).length;
}

/** A SID in its stored form; anything else as it is. */
function asSid(text: string): string {
  return /^[A-Z]{2}[0-9a-fA-F]{32}$/.test(text)
    ? text.slice(0, 2) + text.slice(2).toLowerCase()
    : text;
}
