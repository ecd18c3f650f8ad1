// Compiled code of earlier runs: a command starts in about four fifths of the time. The server of an
// operator does without. Whoever can write to the folder can have code run by the next command, so it
// is one of the user's own, and is checked each time.
import fs from 'node:fs';
import module from 'node:module';
import os from 'node:os';
import path from 'node:path';

/** Turns the cache on when its folder is safe, for every command but `serve`. */
export function useCompileCache(command) {
  // Windows keeps the folders of a user to himself, and has no owner to ask for.
  if (command === 'serve' || process.geteuid === undefined) return;
  try {
    const base = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
    const folder = path.join(base, 'connect-apps');
    if (!path.isAbsolute(base)) return;
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (isOwn(folder, 0o077) && isOwn(fs.realpathSync(base), 0o022)) {
      module.enableCompileCache(folder);
    }
  } catch {
    // Without it everything works, a little later.
  }
}

function isOwn(folder, forbidden) {
  const found = fs.lstatSync(folder);
  return found.isDirectory() && found.uid === process.geteuid() && (found.mode & forbidden) === 0;
}
