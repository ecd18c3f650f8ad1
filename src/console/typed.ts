/** A form that is shown again: what was typed, and what is wrong with it. */

import { type Parameters, textOf } from '../parameter.ts';
import type { Problem } from '../problem.ts';

export const STALE_FORM =
  'This page had been open too long, so nothing has been changed. What you typed is still here: send it again.';

export interface Typed {
  form: Parameters;
  /** What is wrong, if it is not said beside a field. */
  notice: string | undefined;
  /** What is wrong with one field. */
  faultOf(name: string): string | undefined;
}

/** Reads a problem as the fault of the field whose name its sentence begins with, if there is one. */
export function typedOf(form: Parameters, fields: readonly string[], problem: Problem): Typed {
  const sentence = problem.detail ?? problem.message;
  const [first = ''] = sentence.split(' ', 1);
  const atFault = fields.includes(first) ? first : undefined;
  return {
    form,
    notice: atFault === undefined ? sentence : undefined,
    faultOf: (name) => (name === atFault ? `This ${sentence.slice(name.length + 1)}` : undefined),
  };
}

/** What a field shows: what was typed, or what is stored. */
export function typedValue(
  typed: Typed | undefined,
  name: string,
  stored: string | null | undefined,
): string {
  return (typed && textOf(typed.form, name)) ?? stored ?? '';
}

/** What is typed without anything wrong with it, for a page that shows it without saving it. */
export function typedForm(form: Parameters): Typed {
  return { form, notice: undefined, faultOf: () => undefined };
}
