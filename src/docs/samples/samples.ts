/** The one table of client languages, and the samples of an operation in each. */

import { type Json, type JsonObject, mapMembers, objectAt } from '../json.ts';
import { type Call, type PathValues, readCall } from './call.ts';
import { csharp, go, java } from './compiled.ts';
import { node, php, python, ruby } from './scripts.ts';
import { curl, twilioCli } from './shell.ts';

interface Language {
  /** Its name for a person, and as OpenAPI viewers know it. */
  label: string;
  lang: string;
  /** Begins a comment; undefined where the sample needs no `exec` to reach this server. */
  comment: string | undefined;
  /** What runs the sample. */
  command: string;
  write(call: Call, origin: string): string;
}

/** Every client that docs/clients.md lists, in the order in which they are shown. */
export const LANGUAGES = [
  { label: 'curl', lang: 'Shell', comment: undefined, command: 'sh example.sh', write: curl },
  { label: 'Node.js', lang: 'JavaScript', comment: '//', command: 'node example.mjs', write: node },
  { label: 'Python', lang: 'Python', comment: '#', command: 'python example.py', write: python },
  { label: 'Ruby', lang: 'Ruby', comment: '#', command: 'ruby example.rb', write: ruby },
  { label: 'PHP', lang: 'PHP', comment: '//', command: 'php example.php', write: php },
  { label: 'Go', lang: 'Go', comment: '//', command: 'go run .', write: go },
  {
    label: 'Java',
    lang: 'Java',
    comment: '//',
    command: 'java -cp "lib/*" Example.java',
    write: java,
  },
  { label: 'C#', lang: 'C#', comment: '//', command: 'dotnet run', write: csharp },
  { label: 'twilio-cli', lang: 'Shell', comment: '#', command: 'sh example.sh', write: twilioCli },
] as const satisfies readonly Language[];

export interface Sample {
  label: string;
  lang: string;
  source: string;
}

/** Where `exec` looks for a server that was not named. */
export const DEFAULT_ORIGIN = 'http://127.0.0.1:2010';

/**
 * The samples of one call for the server at `origin`. Twilio's clients ask for JSON alone, so that XML and
 * CSV have curl's only. Each names the command that sends its requests to this server.
 */
export function writeSamples(call: Call, origin: string): Sample[] {
  const languages: readonly Language[] = call.path.endsWith('.json')
    ? LANGUAGES
    : LANGUAGES.filter(({ label }) => label === 'curl');
  return languages.map(({ label, lang, comment, command, write }) => {
    const source = write(call, origin);
    if (comment === undefined) return { label, lang, source };
    const url = origin === DEFAULT_ORIGIN ? '' : `--url ${origin} `;
    const note = `${comment} Run it with: connect-apps exec ${url}-- ${command}`;
    // PHP begins with its tag.
    const [first = '', ...rest] = source.split('\n');
    const lines = first === '<?php' ? [first, note, ...rest] : [note, source];
    return { label, lang, source: lines.join('\n') };
  });
}

/** The paths with the samples of each operation as `x-codeSamples`, which viewers show instead of their own. */
export function withSamples(paths: JsonObject, schemas: JsonObject, origin: string): JsonObject {
  return mapMembers(paths, (item, path) => {
    const { parameters } = objectAt(item);
    const values = examplesOf(parameters);
    return mapMembers(objectAt(item), (operation, method) => {
      const id = objectAt(operation).operationId;
      if (typeof id !== 'string') return operation;
      const form = formOf(objectAt(operation), schemas);
      const call = readCall({ id, method, path, form }, values);
      if (call === undefined) return operation;
      const samples = writeSamples(call, origin).map((sample) => ({ ...sample }));
      return { ...objectAt(operation), 'x-codeSamples': samples };
    });
  });
}

/** The values that the description itself gives to the parameters of a path. */
function examplesOf(parameters: Json | undefined): PathValues {
  const all = Array.isArray(parameters)
    ? parameters.map((parameter: Json) => objectAt(parameter))
    : [];
  return Object.fromEntries(all.map(({ name, example }) => [String(name), String(example)]));
}

function formOf(operation: JsonObject, schemas: JsonObject): JsonObject {
  const type = 'application/x-www-form-urlencoded';
  const { $ref } = objectAt(operation, 'requestBody', 'content', type, 'schema');
  return typeof $ref === 'string' ? objectAt(schemas, $ref.split('/').at(-1) ?? '') : {};
}
