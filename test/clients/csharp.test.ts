/** The NuGet package `Twilio`. */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeClient, folderOf } from './describe-client.ts';

const folder = folderOf('csharp');
const built = (program: string) => join(folder, 'target', program, 'bin', `${program}.dll`);

function findObstacle(): string | undefined {
  if (spawnSync('dotnet', ['--version']).error) return 'the .NET SDK is missing';
  const isBuilt = ['fetch', 'list', 'conformance'].every((program) => existsSync(built(program)));
  return isBuilt ? undefined : 'test/clients/install.sh has not built it';
}

describeClient({
  name: 'the C# library',
  folder,
  obstacle: findObstacle(),
  lacksGateways: true,
  required: false,
  command: (program) => ['dotnet', built(program)],
});
