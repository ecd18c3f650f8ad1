/** Texts that the API takes, as a source of random values. */

import fc from 'fast-check';

// Control characters, lone surrogates and the two code points that XML cannot carry are refused.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is left out
const REFUSED = /[\u0000-\u001f\u007f-\u009f\ufffe\uffff]/;

/** Characters that some representation treats as its own are drawn more often than chance would. */
const awkward = fc.constantFrom(...'<>&"\',;=+-@%\\/ \u00a0\u2028\ufeff#?[]{}|🎉é\u0301ש');
const character = fc.oneof(awkward, fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }));

/** A text as `textUpTo` makes it, with line breaks and tabs in it. */
export function linesUpTo(maxLength: number): fc.Arbitrary<string> {
  const breaks = fc.constantFrom('\n', '\r', '\r\n', '\t', '\n\r', '\r\r\n');
  return fc
    .array(fc.oneof(textUpTo(10), breaks), { minLength: 1, maxLength: maxLength / 10 })
    .map((parts) => parts.join(''));
}

/** A text of 1 to `maxLength` code points, none of which is refused. */
export function textUpTo(maxLength: number): fc.Arbitrary<string> {
  return fc
    .string({ unit: character, minLength: 1, maxLength })
    .filter((text) => !REFUSED.test(text) && text.isWellFormed());
}
