/** The PyPI package `twilio`. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeClient, folderOf } from './describe-client.ts';

const folder = folderOf('python');
const python = join(folder, '.venv/bin/python');

describeClient({
  name: 'the Python library',
  folder,
  obstacle: existsSync(python) ? undefined : 'test/clients/install.sh has not installed it',
  required: true,
  command: (program) => [python, join(folder, `${program}.py`)],
});
