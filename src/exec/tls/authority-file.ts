/**
 * The one file of the local authority: a key that signs for twilio.com, so it is read only when nobody
 * else can have written or read it. certificate-authority.ts has what is in it.
 */

import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { Problem } from '../../problem.ts';

/** Where the authority of a person lies, by the XDG Base Directory Specification; raises `setting_invalid`. */
export function findAuthorityFolder(environment: NodeJS.ProcessEnv): string {
  const { XDG_DATA_HOME = '', HOME = '' } = environment;
  // The specification has relative paths ignored.
  if (isAbsolute(XDG_DATA_HOME)) return join(XDG_DATA_HOME, 'connect-apps');
  if (isAbsolute(HOME)) return join(HOME, '.local', 'share', 'connect-apps');
  throw new Problem(
    'setting_invalid',
    'exec needs a folder for its certificate authority. Set HOME, or set XDG_DATA_HOME to your data folder.',
  );
}

/** The content of the file, or why it must not be used; undefined if there is no file. */
export type KeptFile = { text: string } | { fault: string } | undefined;

/** Reads the file at `path`, without following links; never a file that others could change or read. */
export function readKeptFile(path: string): KeptFile {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return undefined;
    return { fault: code === 'ELOOP' ? 'is a symbolic link' : 'cannot be read' };
  }
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile()) return { fault: 'is not a regular file' };
    if (!isOwn(status.uid)) return { fault: 'belongs to another user' };
    if ((status.mode & 0o077) !== 0) return { fault: 'is open to other users' };
    return { text: readFileSync(descriptor, 'utf8') };
  } finally {
    closeSync(descriptor);
  }
}

/** Another process sees the whole file or the one before it, never a part; raises `setting_invalid`. */
export function writeKeptFile(folder: string, path: string, text: string): void {
  const draft = `${path}.${randomUUID()}`;
  try {
    writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
    renameSync(draft, path);
  } catch (cause) {
    throw cannotBeKept(folder, cause instanceof Error ? cause.message : String(cause), cause);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Creates the folder for its owner alone; raises `setting_invalid` if others can change it. */
export function secureFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw cannotBeKept(folder, cause instanceof Error ? cause.message : String(cause), cause);
  }
  const status = lstatSync(folder);
  if (!status.isDirectory()) throw cannotBeKept(folder, 'it is a link, not a folder');
  if (!isOwn(status.uid)) throw cannotBeKept(folder, 'it belongs to another user');
  if ((status.mode & 0o077) !== 0) {
    throw cannotBeKept(folder, `other users can open it; run chmod 700 '${folder}'`);
  }
}

function isOwn(uid: number): boolean {
  return process.geteuid === undefined || process.geteuid() === uid;
}

function cannotBeKept(folder: string, reason: string, cause?: unknown): Problem {
  const sentence = `exec cannot keep its certificate authority in ${folder}: ${reason}. To use another folder, set XDG_DATA_HOME.`;
  return new Problem('setting_invalid', sentence, { cause });
}
