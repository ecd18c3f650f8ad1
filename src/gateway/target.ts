/**
 * The target of a request that a platform asks about. Whatever two programs could read as two different paths
 * is refused, never normalised: the platform must see the very bytes that were decided on, and no client
 * library makes such URLs. test/property/targets.test.ts holds this to the readings of four parsers.
 */

export interface Target {
  /** As it was sent. */
  readonly text: string;
  /** The path below the version, without extension: `Accounts`, the account, the resource. */
  readonly segments: readonly string[];
  /** What stands in the place of the account; undefined for the list of accounts. */
  readonly accountSid: string | undefined;
  /** A list has no SID at its end. */
  readonly isList: boolean;
}

const MAX_LENGTH = 16 * 1024;

/** What may stand in a target at all: ASCII that is seen, without what some parsers cut at or turn into a slash. */
const VISIBLE = /^[!"$-[\]-~]+$/;

/**
 * The path: an extension only at its end, and perhaps one more slash. Everything before the last dot is held to
 * SEGMENT, which has none.
 */
const PATH = /^\/2010-04-01\/(.+?)(?:\.[a-z0-9]{1,8})?\/?$/;

/**
 * A segment: `pchar` of RFC 3986 without dot and semicolon. Escapes only of what needs none or is a space: not
 * of letters, which one program decodes and the other compares as they are, nor of what separates.
 */
const SEGMENT = /^(?!%20)(?:[\w~!$&'()*+,=:@-]|%(?:2[0146-9ABC]|3[AD]|40))+(?<!%20)$/i;

const SID = /^[A-Z]{2}[0-9a-f]{32}$/i;

/** Reads a target in origin-form; undefined for one that is ambiguous, or not of the accounts of the API. */
export function parseTarget(text: string): Target | undefined {
  if (text.length > MAX_LENGTH || !VISIBLE.test(text)) return undefined;
  const [, path] = PATH.exec(text.split('?', 1)[0] ?? '') ?? [];
  const segments = path?.split('/') ?? [];
  if (segments[0] !== 'Accounts' || !segments.every((segment) => SEGMENT.test(segment))) {
    return undefined;
  }
  return {
    text,
    segments,
    accountSid: segments[1],
    isList: !SID.test(segments.at(-1) ?? ''),
  };
}

/**
 * The route of a target, for logs: SIDs and whatever else could be somebody's name or number are left out.
 */
export function routeOf({ segments }: Target): string {
  const named = segments.map((segment) => {
    if (SID.test(segment)) return '{Sid}';
    return /^[A-Z][A-Za-z]*$/.test(segment) ? segment : '*';
  });
  return `/${named.join('/')}`;
}
