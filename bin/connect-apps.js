#!/usr/bin/env node
// The guard runs before anything else is imported: on an older Node.js the database driver would
// end the process without a word. Old syntax only.
import module from 'node:module';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `connect-apps needs Node.js 22.18 or newer, and this is ${process.versions.node}. Install a newer one, or run it through npm scripts or npx in the checkout, which bring their own.\n`,
  );
  process.exitCode = 1;
} else {
  // Compiled code is kept from run to run: a command starts in about four fifths of the time.
  module.enableCompileCache();
  await import('../dist/main.js');
}
