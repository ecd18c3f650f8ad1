/** How much is measured: smaller figures try the benchmark, the defaults make docs/performance.md. */

import { join } from 'node:path';

export interface Size {
  folder: string;
  apps: number;
  accounts: number;
  /** Accounts of an import. */
  imported: number;
  /** Rows of the record of requests. */
  requests: number;
  rounds: number;
  seconds: number;
  growth: readonly number[];
  soakMinutes: number;
}

/** APPS, ACCOUNTS, IMPORTED, REQUESTS, ROUNDS, SECONDS, GROWTH and SOAK_MINUTES of the environment. */
export function sizeIn(folder: string): Size {
  const number = (name: string, usual: number) => Number(process.env[name] ?? usual);
  return {
    folder,
    apps: number('APPS', 200_000),
    accounts: number('ACCOUNTS', 20_000),
    imported: number('IMPORTED', 1_000_000),
    requests: number('REQUESTS', 1_000_000),
    rounds: number('ROUNDS', 5),
    seconds: number('SECONDS', 3),
    growth: (process.env.GROWTH ?? '10000,1000000,10000000').split(',').map(Number),
    soakMinutes: number('SOAK_MINUTES', 10),
  };
}

/** The URL of an embedded database in a folder. */
export function sqliteIn(folder: string, name: string): string {
  return `sqlite:${join(folder, `${name}.db`)}`;
}
