/**
 * One direction, no circle: main -> cli -> control -> testing -> server -> edges -> access, operations -> store -> noun,
 * storage. Rooms are read from the file system, so that a new one is held to the same.
 */

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, it } from 'node:test';

const SOURCE = join(import.meta.dirname, '../src');
const files = globSync('**/*.ts', { cwd: SOURCE }).map(normalize).sort();
const read = (path: string) => readFileSync(join(SOURCE, path), 'utf8');

interface Arrow {
  from: string;
  to: string;
}

const arrows: Arrow[] = files.flatMap((from) =>
  [...read(from).matchAll(/(?:from|import\() ?'(\.[^']+)'/g)].map(([, to = '']) => ({
    from,
    to: normalize(join(dirname(from), to)),
  })),
);
const folderOf = (path: string) => path.split('/').slice(0, -1)[0] ?? '';
const nameOf = (path: string) => path.split('/').at(-1) ?? '';

/** A folder with SQL of its own is the room of a resource. */
const isStore = (path: string) => /(^|-)store\.ts$/.test(nameOf(path));
const rooms = new Set(files.filter((path) => nameOf(path) === 'store.ts').map(folderOf));
const isRoom = (path: string) => rooms.has(folderOf(path));
const EDGES = ['http', 'pages', 'console', 'consent', 'docs', 'admin', 'oidc', 'gateway', 'demo'];
const isEdge = (path: string) =>
  EDGES.includes(folderOf(path)) ||
  (isRoom(path) && /^(routes|page|format)\.ts$/.test(nameOf(path)));
const isNoun = (path: string) =>
  isRoom(path) && [`${folderOf(path).replace(/s$/, '')}.ts`].includes(nameOf(path));
/** What may use the stores and nouns of other rooms. */
const isOperation = (path: string) =>
  isRoom(path) && !isEdge(path) && !isStore(path) && !isNoun(path);

function violations(isWrong: (arrow: Arrow) => boolean): string[] {
  return arrows.filter(isWrong).map(({ from, to }) => `${from} -> ${to}`);
}

describe('the arrows', () => {
  it('find the rooms, and each has its noun, its store and its operations', () => {
    assert.ok(rooms.size >= 5);
    for (const room of rooms) {
      for (const name of [`${room.replace(/s$/, '')}.ts`, 'store.ts', 'operations.ts']) {
        assert.ok(files.includes(`${room}/${name}`), `${room}/ has no ${name}`);
      }
    }
  });

  it('make no circle, of types neither', () => {
    const targets = new Map<string, string[]>();
    for (const { from, to } of arrows) targets.set(from, [...(targets.get(from) ?? []), to]);
    const done = new Set<string>();
    const walk = (path: string, trail: readonly string[]): void => {
      assert.ok(!trail.includes(path), [...trail.slice(trail.indexOf(path)), path].join(' -> '));
      if (done.has(path)) return;
      for (const to of targets.get(path) ?? []) walk(to, [...trail, path]);
      done.add(path);
    };
    for (const path of files) walk(path, []);
  });

  it('lead from main to the command line, from there to the server, and never back', () => {
    assert.deepEqual(
      violations(({ from, to }) => folderOf(to) === 'cli' && !/^(cli\/|main\.ts)/.test(from)),
      [],
    );
    assert.deepEqual(
      violations(
        ({ from, to }) =>
          folderOf(to) === 'server' &&
          !/^(cli\/|server\/|testing\/|control\/|main\.ts|testing\.ts)/.test(from),
      ),
      [],
    );
  });

  it('lead from the control plane to worlds, from there to the server, and never back', () => {
    const above = {
      control: /^(cli|control)\//,
      testing: /^(cli\/|control\/|testing\/|testing\.ts)/,
    };
    for (const [folder, mayUse] of Object.entries(above)) {
      assert.deepEqual(
        violations(({ from, to }) => folderOf(to) === folder && !mayUse.test(from)),
        [],
      );
    }
  });

  it('lead from edges to access and operations, never to a store', () => {
    assert.deepEqual(
      violations(({ from, to }) => isEdge(from) && isStore(to)),
      [],
    );
    assert.deepEqual(
      violations(
        ({ from, to }) => folderOf(to) === 'access' && folderOf(from) !== 'access' && !isEdge(from),
      ),
      [],
    );
  });

  it('lead to an edge from edges and the server alone', () => {
    assert.deepEqual(
      violations(
        ({ from, to }) =>
          isEdge(to) && !isEdge(from) && !/^(server|cli|testing|control)\//.test(from),
      ),
      [],
    );
  });

  it("lead to another room's store from operations and access alone", () => {
    assert.deepEqual(
      violations(
        ({ from, to }) =>
          isStore(to) &&
          folderOf(from) !== folderOf(to) &&
          !isOperation(from) &&
          !/^(access|server|cli)\//.test(from),
      ),
      [],
    );
  });

  it('lead from a noun to no other furniture, from a store to nouns and storage', () => {
    const isFurniture = (path: string) => isRoom(path) && !isNoun(path);
    assert.deepEqual(
      violations(
        ({ from, to }) =>
          isNoun(from) &&
          isFurniture(to) &&
          (isStore(to) || isEdge(to) || nameOf(to) === 'operations.ts'),
      ),
      [],
    );
    assert.deepEqual(
      violations(({ from, to }) => isStore(from) && (isEdge(to) || nameOf(to) === 'operations.ts')),
      [],
    );
  });

  it('lead from storage, keys, outgoing and observability to no room', () => {
    const isFoundation = (path: string) =>
      ['storage', 'keys', 'outgoing', 'observability', ''].includes(folderOf(path)) &&
      !/^(main|testing)\.ts$/.test(path);
    assert.deepEqual(
      violations(({ from, to }) => isFoundation(from) && (isRoom(to) || isEdge(to))),
      [],
    );
  });

  it('let no room know which engine it is on', () => {
    const isEngine = (path: string) => /^storage\/(postgres|sqlite)/.test(path);
    assert.ok(files.some(isEngine));
    assert.deepEqual(
      violations(({ from, to }) => isEngine(to) && !/^(storage|cli|server)\//.test(from)),
      [],
    );
    const knowing = files.filter((path) => /\.engine\b/.test(read(path)));
    assert.deepEqual(
      knowing.filter((path) => !/^(storage|cli|server)\//.test(path)),
      [],
    );
  });

  it('let one file read the environment', () => {
    const readers = files.filter((path) => /process\.env\b/.test(read(path)));
    assert.deepEqual(readers, ['server/config.ts']);
  });
});

it('ARCHITECTURE.md draws the edges and the rooms, and no folder that is not there', () => {
  const page = readFileSync(join(SOURCE, '../ARCHITECTURE.md'), 'utf8');
  const [, drawing = ''] = /^```mermaid\nflowchart TD\n([\s\S]+?)^```$/m.exec(page) ?? [];
  const node = /\w+(?:\["[^"]+"\])?/.source;
  const line = new RegExp(`^ +(?:${node}(?: --> ${node})*|subgraph ${node}|end)$`);
  for (const one of drawing.trimEnd().split('\n')) assert.match(one, line);

  const [, edges = ''] =
    /subgraph edges\["edges: [^"]+"\]\n([\s\S]+?)\n +end$/m.exec(drawing) ?? [];
  const foldersIn = (text: string) =>
    [...text.matchAll(/\["([\w-]+)\//g)].map(([, name = '']) => name);
  assert.deepEqual(foldersIn(edges), EDGES);
  const [, drawn = ''] = /\["rooms: ([^"]+)"\]/.exec(drawing) ?? [];
  assert.deepEqual(drawn.split(', ').toSorted(), [...rooms].toSorted());
  const folders = new Set(files.map(folderOf));
  assert.deepEqual(
    foldersIn(drawing).filter((folder) => !folders.has(folder)),
    [],
  );
});
