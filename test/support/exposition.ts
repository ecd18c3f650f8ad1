/** The text of /metrics, read as Prometheus reads it. */

import assert from 'node:assert/strict';

export interface Family {
  name: string;
  help: string;
  type: string;
  /** By their names and labels, as they stand there. */
  samples: Map<string, number>;
}

/** The metrics of a text, by their names. */
export function parseExposition(text: string): Map<string, Family> {
  const families = new Map<string, Family>();
  let family: Family | undefined;
  for (const line of text.split('\n')) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\w+) (.*)$/.exec(line) ?? [];
    if (keyword === 'HELP') {
      family = { name, help: rest, type: '', samples: new Map() };
      families.set(name, family);
    } else if (keyword === 'TYPE' && family) {
      family.type = rest;
    } else if (line !== '') {
      const [, series = '', value] = /^(\w+(?:\{.*\})?) (\S+)$/.exec(line) ?? [];
      assert.ok(family && series.startsWith(family.name), `what is ${line}?`);
      family.samples.set(series, Number(value));
    }
  }
  return families;
}
