/**
 * Queries that are compiled once. Kysely's builder costs more than the query itself on the paths
 * that every request takes (docs/decisions/0003-sql.md has the measurement), so those are built on
 * first use with named placeholders, and afterwards only the values are put in.
 */

import { type Compilable, type CompiledQuery, type RawBuilder, sql } from 'kysely';
import type { Queryable } from './database.ts';

class Placeholder {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

type Parameter<Values> = <Name extends keyof Values & string>(
  name: Name,
) => RawBuilder<Values[Name]>;

/**
 * Declares a query with named parameters and returns the function that runs it. The query is built
 * once for each engine, so `build` must not depend on anything but its arguments.
 */
export function prepared<Values extends Record<string, unknown>, Row>(
  build: (query: Queryable, parameter: Parameter<Values>) => Compilable<Row>,
): (on: Queryable, values: Values) => Promise<Row[]> {
  const compiled = new WeakMap<object, CompiledQuery<Row>>();
  const parameter: Parameter<Values> = (name) => sql`${new Placeholder(name)}`;

  return async function run(on, values) {
    const engine = on.getExecutor().adapter;
    let query = compiled.get(engine);
    if (query === undefined) {
      query = build(on, parameter).compile();
      compiled.set(engine, query);
    }
    const parameters = query.parameters.map((value) =>
      value instanceof Placeholder ? values[value.name] : value,
    );
    const result = await on.executeQuery<Row>({ ...query, parameters });
    return result.rows;
  };
}
