/**
 * PageToken <-> a place in a list. As Twilio makes it: PA and the last SID for the next page, PB and
 * the first SID for the previous one; ours carries the row's age and position behind it, and a
 * signature that binds it to one account and one list. Letters and digits only: clients expect that.
 */

import type { Keyring } from '../keys/keyring.ts';
import { Problem } from '../problem.ts';
import type { Position } from '../storage/keyset.ts';

/** Where a token points: next to `from`, whose page began at `start` in the whole list. */
export interface PageCursor {
  direction: 'older' | 'newer';
  from: Position;
  start: number;
}

const TOKEN = /^P([AB])([A-Z]{2}[0-9a-f]{32})([0-9a-f]{12})([0-9a-f]{8})([0-9a-f]{24})$/;

/** Writes the token of a place in the list that `scope` names. */
export function writePageToken(keyring: Keyring, scope: string, cursor: PageCursor): string {
  const kind = cursor.direction === 'older' ? 'PA' : 'PB';
  const body =
    kind + cursor.from.sid + hex(cursor.from.createdAt, 12) + hex(Math.max(0, cursor.start), 8);
  return body + keyring.sign(`${scope} ${body}`).slice(0, 24);
}

/** Reads a token; raises `page_token_invalid` when it is malformed or of another list. */
export function parsePageToken(keyring: Keyring, scope: string, token: string): PageCursor {
  const [, kind, sid = '', createdAt = '', start = '', signed] = TOKEN.exec(token) ?? [];
  if (!kind || !signed || !keyring.isSigned(`${scope} ${token.slice(0, -24)}`, signed)) {
    throw new Problem('page_token_invalid');
  }
  return {
    direction: kind === 'A' ? 'older' : 'newer',
    from: { sid, createdAt: Number.parseInt(createdAt, 16) },
    start: Number.parseInt(start, 16),
  };
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
