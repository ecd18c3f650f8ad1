/**
 * Gives processes a part of a core (cgroups, version 1 or 2), so that on a small machine the load
 * generator can ask for more than they can do.
 */

import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PERIOD_US = 20_000;
const V2 = '/sys/fs/cgroup/cgroup.controllers';

/** Whether this machine lets us. */
export function canLimit(): boolean {
  try {
    limitCpu('connect-apps-bench-try', 1)();
    return true;
  } catch {
    return false;
  }
}

/** Gives `pids` together `cores` of processor time; the function returned takes the limit away. */
export function limitCpu(name: string, cores: number, pids: readonly number[] = []): () => void {
  const isV2 = existsSync(V2);
  const parent = isV2 ? '/sys/fs/cgroup' : '/sys/fs/cgroup/cpu';
  const folder = join(parent, name);
  const quota = Math.round(PERIOD_US * cores);
  mkdirSync(folder, { recursive: true });
  if (isV2) writeFileSync(join(folder, 'cpu.max'), `${quota} ${PERIOD_US}`);
  else {
    writeFileSync(join(folder, 'cpu.cfs_period_us'), String(PERIOD_US));
    writeFileSync(join(folder, 'cpu.cfs_quota_us'), String(quota));
  }
  for (const pid of pids) writeFileSync(join(folder, 'cgroup.procs'), String(pid));
  return () => {
    for (const pid of pids) {
      if (existsSync(`/proc/${pid}`)) writeFileSync(join(parent, 'cgroup.procs'), String(pid));
    }
    rmdirSync(folder);
  };
}
