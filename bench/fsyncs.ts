/** How often a server syncs the disk, seen from outside. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { type Load, measure } from './load.ts';
import type { Subject } from './subject.ts';

/** Loads a server while strace counts its syncs. */
export async function countFsyncs(
  subject: Subject,
  load: Load,
): Promise<{ writes: number; fsyncs: number }> {
  const pids = subject.pids().flatMap((pid) => ['-p', String(pid)]);
  const tracer = spawn('strace', ['-f', '-c', '-e', 'trace=fsync,fdatasync', ...pids], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said = text(tracer.stderr);
  await once(tracer, 'spawn');
  const { requestsPerSecond } = await measure(subject, load);
  tracer.kill('SIGINT');
  await once(tracer, 'exit');
  let fsyncs = 0;
  for (const [, calls] of (await said).matchAll(
    /^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s.*f(?:data)?sync$/gm,
  )) {
    fsyncs += Number(calls);
  }
  return { writes: Math.round(requestsPerSecond * load.seconds), fsyncs };
}
