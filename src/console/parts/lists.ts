/** What happened and what is to be done: timelines and checklists; code to copy. */

import { html } from 'hono/html';
import type { Html } from '../../pages/layout.ts';
import { chip, copyButton, type Tone } from './text.ts';

export interface TimelineItem {
  tone: Tone;
  title: Html | string;
  /** The second line. */
  text?: Html | string;
}

/** Steps in time, such as the attempts of a callback. */
export function timeline(items: readonly TimelineItem[]): Html {
  return html`<ol class="timeline">${items.map(
    ({ tone, title, text }) =>
      html`<li><span class="dot ${tone}"></span><div>${title}${
        text === undefined ? '' : html`<span class="sub">${text}</span>`
      }</div></li>`,
  )}</ol>`;
}

export interface Check {
  state: 'done' | 'to do' | 'failed' | 'unknown';
  text: Html | string;
  /** What to do about it. */
  hint?: Html | string;
}

const TONES = { done: 'ok', 'to do': 'warn', failed: 'bad', unknown: 'plain' } as const;

/** What is ready, and what to do where something is not. */
export function checklist(items: readonly Check[]): Html {
  return html`<ul class="checks">${items.map(
    ({ state, text, hint }) =>
      html`<li><span class="sign">${
        state === 'done' ? html`<span class="quiet">done</span>` : chip(TONES[state], state)
      }</span><div>${text}${hint === undefined ? '' : html`<span class="sub">${hint}</span>`}</div></li>`,
  )}</ul>`;
}

/** Code with a button to copy it; `id` is one of the page. */
export function codeSample(options: {
  id: string;
  code: string;
  what: string;
  isWrapped?: boolean;
}): Html {
  const { id, code, what, isWrapped } = options;
  return html`<div class="code"><pre tabindex="0" aria-label="${what}"${isWrapped ? html` class="wrap"` : ''}><code id="${id}">${code}</code></pre>${copyButton({ of: id, what })}</div>`;
}
