/** The process: run the command line, set the exit code. */

import { run } from './cli/program.ts';

// Process 1 of a container ignores a signal that nothing listens to: `docker stop` would wait in vain.
if (process.pid === 1) {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) process.exit(code);
    });
  }
}

process.exitCode = await run(process.argv.slice(2));
