#!/usr/bin/env node
// The guard runs before anything but Node.js's own modules is imported: on an older Node.js the database driver would
// end the process without a word. Old syntax only.
import { useCompileCache } from './compile-cache.js';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `connect-apps needs Node.js 22.18 or newer, but this is ${process.versions.node}. Install a newer version, or use npm scripts or npx in the checkout, which use their own Node.js.\n`,
  );
  process.exitCode = 1;
} else {
  useCompileCache(process.argv[2]);
  await import('../dist/main.js');
}
