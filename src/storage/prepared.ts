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

/** Runs a statement that an engine keeps. */
type KeptStatement<Row> = (parameters: readonly unknown[]) => Promise<Row[]>;

/** Lets an engine keep a statement, and returns the function that runs it. */
export type KeepStatement = <Row>(sql: string) => KeptStatement<Row>;

const engines = new WeakMap<Queryable, KeepStatement>();

/** Lets prepared queries on `on` go straight to the engine, past Kysely's layers. */
export function keepStatementsOn(on: Queryable, keep: KeepStatement): void {
  engines.set(on, keep);
}

/**
 * Declares a query with named parameters and returns the function that runs it. The query is built
 * once for each engine, so `build` must not depend on anything but its arguments.
 */
export function prepared<Values extends Record<string, unknown>, Row>(
  build: (query: Queryable, parameter: Parameter<Values>) => Compilable<Row>,
): (on: Queryable, values: Values) => Promise<Row[]> {
  const compiled = new WeakMap<object, CompiledQuery<Row>>();
  const statements = new WeakMap<KeepStatement, KeptStatement<Row>>();
  const parameter: Parameter<Values> = (name) => sql`${new Placeholder(name)}`;

  // Not async: each promise around that of the engine would cost three turns of its queue.
  return function run(on, values) {
    const engine = on.getExecutor().adapter;
    let query = compiled.get(engine);
    if (query === undefined) {
      query = build(on, parameter).compile();
      compiled.set(engine, query);
    }
    const parameters = query.parameters.map((value) =>
      value instanceof Placeholder ? values[value.name] : value,
    );
    const keep = engines.get(on);
    if (keep === undefined) {
      return on.executeQuery<Row>({ ...query, parameters }).then(({ rows }) => rows);
    }
    let statement = statements.get(keep);
    if (statement === undefined) {
      statement = keep<Row>(query.sql);
      statements.set(keep, statement);
    }
    return statement(parameters);
  };
}
