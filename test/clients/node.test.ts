/** The npm package `twilio`. */

import { join } from 'node:path';
import { describeClient, folderOf } from './describe-client.ts';

const folder = folderOf('node');

describeClient({
  name: 'the Node library',
  folder,
  obstacle: undefined,
  required: true,
  command: (program) => [
    process.execPath,
    join(folder, program === 'conformance' ? 'conformance.ts' : `${program}.cjs`),
  ],
});
