/** The engines that every test of storage runs on; DATABASES=sqlite narrows them. */

import type { Engine } from '../../src/storage/database.ts';

const ENGINES: readonly Engine[] = ['sqlite'];

export const DATABASES: readonly Engine[] = ENGINES.filter((engine) =>
  (process.env.DATABASES ?? ENGINES.join()).split(',').includes(engine),
);
