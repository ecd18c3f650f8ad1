/** The small parts of a page: chips, tags, SIDs and times. */

import { html } from 'hono/html';
import type { Html } from '../../pages/layout.ts';

export type Tone = 'ok' | 'warn' | 'bad' | 'now' | 'plain';

/** A word for a state. Where most rows are well, write their state as plain text and keep chips for the others. */
export function chip(tone: Tone, text: string): Html {
  return html`<span class="chip ${tone}">${text}</span>`;
}

/** The name of something of ours, such as a permission. */
export function tag(text: string): Html {
  return html`<span class="tag">${text}</span>`;
}

/** A SID with its button to copy it; in dense tables shortened to its ends. */
export function sid(text: string, { isShort = false }: { isShort?: boolean } = {}): Html {
  return html`<span class="sid"><code title="${text}">${isShort ? shortSid(text) : text}</code>${copyButton({ value: text, what: text })}</span>`;
}

/** The ends of a SID. */
export function shortSid(text: string): string {
  return `${text.slice(0, 6)}…${text.slice(-4)}`;
}

/**
 * A button that copies a value, or the text of the element with an ID. It is there where script runs: small beside
 * what it copies, or with `isAction` as large as other buttons and with the whole of its name.
 */
export function copyButton({
  value = '',
  of = '',
  what,
  isAction,
}: {
  value?: string;
  of?: string;
  what: string;
  isAction?: boolean;
}): Html {
  const kind = isAction ? 'second' : 'small';
  return html`<button type="button" class="${kind} scripted" data-copy="${of}" value="${value}" aria-label="Copy ${what}">Copy${isAction ? ` ${what}` : ''}</button>`;
}

/** A time: how long ago or until, with the exact time as its title. */
export function time(at: number, now: number): Html {
  return html`<time datetime="${new Date(at).toISOString()}" title="${exactTime(at)}">${relativeTime(at, now)}</time>`;
}

/** A time in full, for pages of one thing. */
export function fullTime(at: number, now: number): Html {
  return html`<time datetime="${new Date(at).toISOString()}">${exactTime(at)}</time> <span class="quiet">(${relativeTime(at, now)})</span>`;
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** Such as `26 Nov 2026, 00:41:07 UTC`. */
export function exactTime(at: number): string {
  const date = new Date(at);
  const clock = date.toISOString().slice(11, 19);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}, ${clock} UTC`;
}

const UNITS = [
  [60, 'second', 's'],
  [60, 'minute', 'min'],
  [24, 'hour', 'h'],
  [30, 'day', 'days'],
] as const;

/** Such as `2 min ago`, `in 4 h`, `just now`; older than a month is its date. */
export function relativeTime(at: number, now: number): string {
  let amount = Math.abs(now - at) / 1000;
  if (amount < 5) return 'just now';
  for (const [size, name, unit] of UNITS) {
    if (amount < size) {
      const count = Math.floor(amount);
      const words = `${count} ${name === 'day' && count === 1 ? 'day' : unit}`;
      return at <= now ? `${words} ago` : `in ${words}`;
    }
    amount /= size;
  }
  const date = new Date(at);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

/** A number with its thousands apart. */
export function count(number: number): string {
  return number.toLocaleString('en');
}

/** A number with its noun: `1 app`, `2 apps`. */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** When a credential was last used, in words. */
export function lastUse(usedAt: number | undefined, now: number): Html | string {
  return usedAt === undefined
    ? 'not used in the last 90 days'
    : html`last used ${time(usedAt, now)}`;
}
