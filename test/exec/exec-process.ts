/** A process that does nothing but `exec`: AUTHORITY_FOLDER SERVER_URL COMMAND…, or no command to print. */

import { once } from 'node:events';
import { systemClock } from '../../src/clock.ts';
import { execCommand, printEnvironment } from '../../src/exec/exec.ts';
import { Problem } from '../../src/problem.ts';
import { createEchoServer } from './support.ts';

const [authorityFolder = '', serverUrl = '', ...command] = process.argv.slice(2);

async function startThrowAwayServer() {
  const server = createEchoServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const say = (line: string) => process.stderr.write(`${line}\n`);

const options = {
  serverUrl,
  startThrowAwayServer,
  authorityFolder,
  environment: process.env,
  credentials: { accountSid: 'ACdemo', authToken: 'demo-token' },
  proxyPort: Number(process.env.TEST_PROXY_PORT ?? 0),
  clock: systemClock,
  notice: say,
  report: process.env.TEST_QUIET === 'true' ? () => {} : say,
};

try {
  if (command.length > 0) process.exitCode = await execCommand(command, options);
  else {
    const print = (lines: string) => process.stdout.write(lines);
    await printEnvironment(print, once(process, 'SIGTERM'), options);
  }
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
