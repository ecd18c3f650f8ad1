/** A run in words: for the page, and as Markdown to share. */

import {
  CHECK_TITLES,
  type Exchange,
  type FlowRun,
  inOrder,
  type Verdict,
} from '../../flow-runs/flow-run.ts';
import { failureSentence } from '../../outgoing/failure-sentences.ts';
import type { Tone } from '../parts/text.ts';

export const VERDICT_TONES: Record<Verdict, Tone> = {
  passed: 'ok',
  warned: 'warn',
  failed: 'bad',
  skipped: 'plain',
};

export const VERDICT_WORDS: Record<Verdict, string> = {
  passed: 'passed',
  warned: 'look at it',
  failed: 'failed',
  skipped: 'skipped',
};

/** What came of a request. */
export function cameOf({ status, failure, durationMs }: Exchange): string {
  const what = failure === null ? `${status}` : failureSentence(failure);
  return `${what} (${durationMs} ms)`;
}

/** The result in one sentence. */
export function summaryOf({ state, checks }: FlowRun): string {
  const countOf = (verdict: Verdict) => checks.filter((check) => check.verdict === verdict).length;
  const parts = (['failed', 'warned', 'skipped'] as const)
    .filter((verdict) => countOf(verdict) > 0)
    .map((verdict) => `${countOf(verdict)} ${verdict === 'warned' ? 'to look at' : verdict}`);
  const result = `${countOf('passed')} of 9 checks passed${parts.length > 0 ? `, ${parts.join(', ')}` : ''}.`;
  if (state === 'running') return `Running: ${checks.length} of 9 checks are made.`;
  return state === 'done' ? result : `Interrupted: the server stopped during the run. ${result}`;
}

/** The result as Markdown. Whatever the app answered, it stays a text in it. */
export function markdownOf(run: FlowRun, appName: string): string {
  const lines = [
    `# Try the flow: ${inline(appName)}`,
    '',
    `${run.connectAppSid}, ${new Date(run.createdAt).toISOString()}. ${summaryOf(run)}`,
  ];
  for (const [index, check] of inOrder(run.checks).entries()) {
    lines.push(
      '',
      `## ${index + 1}. ${CHECK_TITLES[check.name]}: ${VERDICT_WORDS[check.verdict]}`,
      '',
    );
    lines.push(
      check.hint,
      ...check.exchanges.flatMap((exchange) => ['', ...exchangeLines(exchange)]),
    );
  }
  return `${lines.join('\n')}\n`;
}

function exchangeLines(exchange: Exchange): string[] {
  const { method, url, body, answer } = exchange;
  const sent = [`${method} ${url}`, ...(body === null ? [] : [body])].join('\n');
  const lines = ['Sent:', '', fenced(sent), '', `Received: ${cameOf(exchange)}`];
  return answer ? [...lines, '', fenced(answer)] : lines;
}

/** In a fence that is longer than any in the text (CommonMark, section 4.5). */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

/** On one line, with nothing that Markdown or HTML would read. */
function inline(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_{}[\]<>()#+!|~&-]/g, '\\$&');
}
