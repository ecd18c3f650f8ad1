/** What the pages of callbacks say: states, reasons, and the filters that are in the URL. */

import { CALLBACK_STATUSES, type CallbackStatus } from '../../callbacks/callback.ts';
import type { CallbackInList } from '../../callbacks/operations.ts';
import { failureSentence } from '../../outgoing/failure-sentences.ts';
import { type Parameters, textOf } from '../../parameter.ts';
import type { Tone } from '../parts/text.ts';

const HOUR_MS = 60 * 60 * 1000;

/** The words of the states in the URL and on the page. */
export const STATE_WORDS: Record<CallbackStatus, string> = {
  pending: 'waiting',
  delivered: 'delivered',
  failed: 'failed',
};

export const STATE_TONES: Record<CallbackStatus, Tone> = {
  pending: 'warn',
  delivered: 'ok',
  failed: 'bad',
};

export const STATE_CHOICES = [
  { value: '', text: 'Every state' },
  ...CALLBACK_STATUSES.map((status) => {
    const word = STATE_WORDS[status];
    return { value: word, text: word.charAt(0).toUpperCase() + word.slice(1) };
  }),
];

export const SINCE_CHOICES = [
  { value: '', text: 'Any time' },
  { value: '1h', text: 'Last hour' },
  { value: '24h', text: 'Last 24 hours' },
  { value: '7d', text: 'Last 7 days' },
];

const SINCE_MS = new Map([
  ['1h', HOUR_MS],
  ['24h', 24 * HOUR_MS],
  ['7d', 7 * 24 * HOUR_MS],
]);

export interface Filter {
  status: CallbackStatus | undefined;
  since: number;
  /** The same as parameters of a URL, without those that are not set. */
  words: URLSearchParams;
}

/** Reads the filter of a URL; a word that is none is no filter. */
export function filterOf(query: Parameters, now: number): Filter {
  const state = textOf(query, 'state') ?? '';
  const since = textOf(query, 'since') ?? '';
  const status = CALLBACK_STATUSES.find((one) => STATE_WORDS[one] === state);
  const duration = SINCE_MS.get(since);
  const words = new URLSearchParams();
  if (status !== undefined) words.set('state', state);
  if (duration !== undefined) words.set('since', since);
  return { status, since: duration === undefined ? 0 : now - duration, words };
}

/** Which callbacks a filter is about, for sentences: "failed callbacks of the last hour". */
export function subjectOf({ status, words }: Pick<Filter, 'status' | 'words'>): string {
  const kind = status === undefined ? 'callbacks' : `${STATE_WORDS[status]} callbacks`;
  const since = SINCE_CHOICES.find(({ value }) => value !== '' && value === words.get('since'));
  return since === undefined ? kind : `${kind} of the ${since.text.toLowerCase()}`;
}

/** What the latest attempt showed, in words. */
export function reasonOf({ latest }: Pick<CallbackInList, 'latest'>): string {
  if (latest === undefined) return 'Not sent yet';
  if (latest.failure !== null) return failureSentence(latest.failure);
  return `The app answered ${latest.status}`;
}
