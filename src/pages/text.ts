/**
 * Texts of other people on our pages. The template keeps them from being markup; this keeps them from being more
 * than a text: they turn no line around, cover no other, and push nothing off the page.
 */

import { html } from 'hono/html';
import type { Html } from './layout.ts';

// What orders the text around it (Unicode Standard Annex #9, section 2).
const BIDI_CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** No script needs as many on one letter; more of them cover the lines above and below. */
const PILED_MARKS = /(\p{M}{6})\p{M}+/gu;
const VISIBLE = /[^\s\p{C}\p{M}\p{Z}]/u;

const SHORT_CODE_POINTS = 240;
const SHORT_LINES = 5;

/**
 * The text without characters that affect other text: for titles and attributes, which cannot be isolated.
 */
export function plainText(text: string): string {
  return text.replaceAll(BIDI_CONTROLS, '').replaceAll(PILED_MARKS, '$1');
}

/** The text with its own direction, isolated from the text around it. */
export function isolated(text: string): Html {
  return html`<bdi>${plainText(text)}</bdi>`;
}

/** The text when there is something to see of it, else `otherwise`. */
export function visibleOr(text: string | null, otherwise: string): string {
  return text !== null && VISIBLE.test(plainText(text)) ? text : otherwise;
}

/** A paragraph with the beginning of a long text, which shows the rest without script. */
export function paragraph(text: string): Html {
  const plain = plainText(text).trim();
  const short = beginningOf(plain);
  if (short === plain) return html`<p class="text"><bdi>${plain}</bdi></p>`;
  return html`<details class="more"><summary><span class="short text"><bdi>${short}…</bdi></span>
<span class="toggle closed">more</span><span class="toggle open">less</span></summary>
<p class="text"><bdi>${plain}</bdi></p></details>`;
}

function beginningOf(text: string): string {
  const codePoints = [...text.split('\n').slice(0, SHORT_LINES).join('\n')];
  if (codePoints.length <= SHORT_CODE_POINTS) return codePoints.join('');
  // At the end of a word, where there is one near.
  const cut = codePoints.slice(0, SHORT_CODE_POINTS).join('');
  return cut.replace(/\s\S{0,30}$/, '');
}
