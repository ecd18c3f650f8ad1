/** Acts in this process, on the configured database; an error names the resource and the database. */

import { resolve } from 'node:path';
import { followWith } from '../admin/follow.ts';
import type { Context } from '../context.ts';
import { createGuardedClient } from '../outgoing/guarded-client.ts';
import { Problem } from '../problem.ts';
import type { DatabaseUrl } from '../server/database-url.ts';
import type { Call } from './call.ts';
import { withContext, withFlags } from './settings.ts';

/** Runs `work` as `withContext` does; errors about the database name it. */
export async function onDatabase<Result>(
  flags: object,
  work: (call: Call) => Promise<Result>,
): Promise<Result> {
  const { callbackAllowedNetworks, publicUrl, host, port, signIn } = withFlags({ ...flags });
  const client = createGuardedClient({ allowedNetworks: callbackAllowedNetworks });
  const origin = publicUrl ?? `http://${host}:${port}`;
  const visit = {
    origin,
    follow: followWith(client),
    hasPasswords: signIn.hasPasswords,
    scopes: ['write'] as const,
  };
  try {
    return await onContext(flags, (context) =>
      work((act, input = {}) => act.run({ ...visit, context }, input)),
    );
  } finally {
    client.close();
  }
}

/** The same for what is no act, because it is about this machine. */
export async function onContext<Result>(
  flags: object,
  work: (context: Context) => Promise<Result>,
): Promise<Result> {
  const { database } = withFlags({ ...flags });
  try {
    return await withContext({ ...flags }, work);
  } catch (error) {
    throw error instanceof Problem ? withDatabase(error, nameOf(database)) : error;
  }
}

/** The database as a person names it: never with a password. */
function nameOf(database: DatabaseUrl): string {
  if (database.engine === 'sqlite') {
    return database.path === ':memory:' ? 'sqlite::memory:' : `sqlite:${resolve(database.path)}`;
  }
  return database.url.replace(/\?.*$/s, '').replace(/\/\/([^/@:]*)(:[^/]*)?@/, '//$1@');
}

function withDatabase(error: Problem, database: string): Problem {
  const { problem, detail, message, cause } = error;
  switch (problem) {
    case 'not_found':
      return new Problem(problem, `${detail ?? 'No such thing'} in ${database}.`, { cause });
    case 'storage_unavailable':
      if (isBusy(cause)) {
        const sentence = `${database} is busy: another process has been writing to it for too long. Try again.`;
        return new Problem(problem, sentence, { cause });
      }
      // Its own sentence may name the file already.
      return detail?.includes(database.replace(/^sqlite:/, ''))
        ? error
        : new Problem(problem, `${database}: ${detail ?? reasonOf(cause)}`, { cause });
    case 'database_not_current':
    case 'secret_key_mismatch':
      return message.includes(database.replace(/^sqlite:/, ''))
        ? error
        : new Problem(problem, `${database}: ${message}`, { cause });
    default:
      return error;
  }
}

function isBusy(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && String(cause.code).startsWith('SQLITE_BUSY');
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error
    ? `the database cannot be used (${cause.message}).`
    : 'the database cannot be used.';
}
