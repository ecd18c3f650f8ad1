/**
 * The command line as tests start it: `src/main.ts`, with the code that Node.js has stripped and compiled
 * before, so that a command starts in about half the time. Node.js keys what it keeps by the source: it is
 * never stale. JavaScript, since stripping this file, too, would cost most of what is won.
 */

import module from 'node:module';
import path from 'node:path';

module.enableCompileCache(
  path.join(import.meta.dirname, '../../node_modules/.cache/connect-apps-tests'),
);
await import('../../src/main.ts');
