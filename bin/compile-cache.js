// The compile cache of earlier runs lets a command start in about four fifths of the time. `serve` does not
// use it. Anyone who can write to the folder can make the next command run their code, so it must be the
// user's own folder, and is checked each time.
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
