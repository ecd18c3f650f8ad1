/** A session of somebody who is signed in, without the sign-in page. */

import assert from 'node:assert/strict';
import type { Context } from '../../src/context.ts';
import { beginSession } from '../../src/users/session.ts';
import { findUser } from '../../src/users/store.ts';

/** Begins a session of a user and returns its secret. */
export async function startSession(context: Context, userSid: string): Promise<string> {
  const user = await findUser(context.database.query, userSid);
  assert.ok(user, `there is no user ${userSid}`);
  const secret = await beginSession(context, user);
  assert.ok(secret !== undefined);
  return secret;
}
