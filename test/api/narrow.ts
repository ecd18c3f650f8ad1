/**
 * From unknown to what a test expects to find: each function returns its value, typed, or fails the
 * test. Parsed JSON and parsed XML come in as unknown.
 */

import assert from 'node:assert/strict';

/** Returns `value`, which must be an object that is neither null nor an array. */
export function objectOf(value: unknown): Record<string, unknown> {
  assert.ok(isObject(value), `expected an object, got ${JSON.stringify(value)}`);
  return value;
}

/** Returns `value`, which must be an array. */
export function arrayOf(value: unknown): unknown[] {
  assert.ok(Array.isArray(value), `expected an array, got ${JSON.stringify(value)}`);
  return value;
}

/** Returns `value`, which must be a string. */
export function stringOf(value: unknown): string {
  assert.ok(typeof value === 'string', `expected a string, got ${JSON.stringify(value)}`);
  return value;
}

/** Returns `value`, which must not be undefined. */
export function present<Value>(value: Value | undefined): Value {
  assert.ok(value !== undefined, 'expected a value, got undefined');
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
