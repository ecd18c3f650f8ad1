/**
 * The clients for other languages, each by the test runner of its language: its own tests, and the programs of its README
 * and of docs/testing.md.
 */

import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { signalIfThere } from '../support/children.ts';
import { blockOf } from '../support/guide.ts';
import { until } from '../support/until.ts';

const ROOT = join(import.meta.dirname, '../..');
const CLIENTS = join(ROOT, 'clients');
const PYTHON = join(import.meta.dirname, '.venv/bin/python');
const JARS = [import.meta.dirname, join(ROOT, 'test/clients/java')].map((folder) =>
  join(folder, 'target/lib/*'),
);
const CONNTEST = 'github.com/connect-apps/connect-apps/clients/go/conntest';
const PARALLEL = 'junit.jupiter.execution.parallel';

/** Runs a program in a folder, and returns what it printed. */
type Run = (command: string, words: readonly string[]) => Promise<string>;

interface Language {
  name: string;
  /** Its README and the word of its programs. */
  readme: string;
  block: string;
  tool: string;
  /** What test/clients/install.sh and install.sh beside this file bring. */
  needs?: readonly string[];
  /** Test servers in one run. */
  servers: number;
  /** Runs everything in a project, given the programs of page and README, and returns what the runner printed. */
  test(project: string, programs: readonly [string, string], run: Run): Promise<string>;
  passed: RegExp;
}

const LANGUAGES: readonly Language[] = [
  {
    name: 'Python, by pytest with three workers',
    readme: 'python',
    block: 'python',
    tool: 'python3',
    needs: [PYTHON],
    servers: 1,
    async test(project, [page, readme], run) {
      cpSync(join(CLIENTS, 'python/tests'), project, { recursive: true });
      write(project, 'test_page.py', page);
      write(project, 'test_readme.py', readme);
      const source = join(CLIENTS, 'python/pytest_connect_apps');
      await run(PYTHON, ['-m', 'mypy', '--strict', '--cache-dir', project, source]);
      return run(PYTHON, ['-m', 'pytest', '--quiet', '-n', '3']);
    },
    passed: /^27 passed/m,
  },
  {
    name: 'PHP, by PHPUnit',
    readme: 'php',
    block: 'php',
    tool: 'phpunit',
    servers: 1,
    async test(project, [page, readme], run) {
      cpSync(join(CLIENTS, 'php'), project, { recursive: true });
      write(project, 'tests/RemovalTest.php', page);
      write(project, 'tests/RefusalTest.php', readme);
      return run('phpunit', []);
    },
    passed: /^OK \(7 tests/m,
  },
  {
    name: 'Java, by JUnit in parallel',
    readme: 'java',
    block: 'java',
    tool: 'javac',
    needs: JARS.map((jars) => join(jars, '..')),
    servers: 1,
    async test(project, [page, readme], run) {
      write(project, 'RemovalTest.java', page);
      write(project, 'RefusalTest.java', readme);
      const sources = globSync([join(CLIENTS, 'java/src/**/*.java'), join(project, '*.java')]);
      const libraries = JARS.join(':');
      await run('javac', ['-encoding', 'UTF-8', '-d', 'classes', '-cp', libraries, ...sources]);
      return run('java', [
        ...['-cp', `classes:${libraries}`, 'org.junit.platform.console.ConsoleLauncher', 'execute'],
        ...['--scan-class-path', 'classes', '--details=tree', '--disable-ansi-colors'],
        ...['--config', `${PARALLEL}.enabled=true`],
        ...['--config', `${PARALLEL}.mode.default=concurrent`],
      ]);
    },
    passed: /26 tests successful[\s\S]* 0 tests failed/,
  },
  {
    name: 'Go, by go test',
    readme: 'go/conntest',
    block: 'go',
    tool: 'go',
    needs: [join(ROOT, 'test/clients/go/target')],
    // One for each package.
    servers: 3,
    async test(project, [page, readme], run) {
      cpSync(join(CLIENTS, 'go'), project, { recursive: true });
      write(project, 'page/page_test.go', page);
      write(project, 'readme/readme_test.go', readme);
      // With the versions of Twilio's client and what it needs that its own tests have.
      for (const file of ['go.mod', 'go.sum']) {
        cpSync(join(ROOT, 'test/clients/go', file), join(project, file));
      }
      await run('go', ['mod', 'edit', '-require', `${CONNTEST}@v0.0.0`]);
      await run('go', ['mod', 'edit', '-replace', `${CONNTEST}=./conntest`]);
      // Without debug information, linking takes a quarter of the time.
      return run('go', ['test', '-count=1', '-ldflags=-s -w', './page', './readme', CONNTEST]);
    },
    passed: /^ok .*\/page\t[\s\S]*^ok .*\/readme\t[\s\S]*^ok .*\/conntest\t/m,
  },
];

for (const language of LANGUAGES) {
  const obstacle = findObstacle(language);
  describe(`the test kit in ${language.name}`, { skip: obstacle }, () => {
    let project: string;
    before(async () => {
      project = await mkdtemp(join(tmpdir(), 'connect-apps-language-'));
    });
    after(() => rm(project, { recursive: true, force: true }));

    it('passes its own tests and the programs of its pages, and ends its server', async () => {
      const pids = installServer(project);
      const pages = ['testing.md', `../clients/${language.readme}/README.md`] as const;
      const [page, readme] = pages.map((path) => blockOf(`${language.block} test`, path));
      const output = await language.test(project, [page ?? '', readme ?? ''], inFolder(project));
      assert.match(output, language.passed);
      const servers = readFileSync(pids, 'utf8').trim().split('\n').map(Number);
      assert.equal(servers.length, language.servers);
      await until('every server has ended', () => !servers.some((pid) => signalIfThere(pid, 0)));
    });
  });
}

function findObstacle({ tool, needs = [], name }: Language): string | undefined {
  const isTool = spawnSync(tool, [tool === 'go' ? 'version' : '--version']).error === undefined;
  const isInstalled = needs.every((place) => existsSync(place));
  if (isTool && isInstalled) return undefined;
  const obstacle = isTool
    ? 'test/clients/install.sh and test/testing/install.sh install it'
    : `${tool} is missing`;
  assert.notEqual(process.env.CI, 'true', `${name}: ${obstacle}`);
  return obstacle;
}

function write(folder: string, name: string, text: string): void {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
}

/** Installs connect-apps in a project as npm does; returns the file that has the process ID of each server. */
function installServer(project: string): string {
  const pids = join(project, 'pids.txt');
  const program = join(ROOT, 'bin/connect-apps.js');
  const command = `#!/bin/sh\necho $$ >> '${pids}'\nexec '${process.execPath}' '${program}' "$@"\n`;
  write(project, 'package.json', '{}');
  write(project, 'node_modules/.bin/connect-apps', command);
  chmodSync(join(project, 'node_modules/.bin/connect-apps'), 0o755);
  return pids;
}

function inFolder(project: string): Run {
  // Without what a test runner of Node.js tells its children.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  // Nothing is downloaded while testing.
  const offline = { ...env, GOPROXY: 'off', GOFLAGS: '-mod=mod', npm_config_offline: 'true' };
  return async (command, words) => {
    const options = { cwd: project, env: offline };
    const { stdout, stderr } = await promisify(execFile)(command, words, options).catch(
      (error: { stdout: string; stderr: string }) => assert.fail(error.stdout + error.stderr),
    );
    return stdout + stderr;
  };
}
