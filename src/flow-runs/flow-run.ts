/** *Try the flow*: a played customer authorizes an app and leaves it, and nine checks say how the app took it. */

/** In the order in which they are reported. */
export const CHECKS = [
  'accept',
  'deny',
  'again',
  'revoke',
  'forged',
  'replay',
  'method',
  'speed',
  'unknown',
] as const;

export type CheckName = (typeof CHECKS)[number];

/** What each check is about. */
export const CHECK_TITLES: Record<CheckName, string> = {
  accept: 'The customer allows the app',
  deny: 'The customer denies the app',
  again: 'The customer allows it again',
  revoke: 'The customer removes the access',
  forged: 'A callback with a wrong signature',
  replay: 'The same callback a second time',
  method: 'The callback’s method',
  speed: 'The time that answers take',
  unknown: 'A callback for an unknown AccountSid',
};

export type Verdict = 'passed' | 'warned' | 'failed' | 'skipped';

/** One request to the app, and what came of it. */
export interface Exchange {
  method: 'GET' | 'POST';
  /** Without user-info: the result is made to be shared. */
  url: string;
  body: string | null;
  /** null when no answer came. */
  status: number | null;
  /** Why none came: a name of outgoing/outcome.ts. */
  failure: string | null;
  durationMs: number;
  /** The beginning of the answer: the app's text, whatever that is. */
  answer: string | null;
}

export interface CheckResult {
  name: CheckName;
  verdict: Verdict;
  /** In the order in which they were made: a redirect is followed by the next one. */
  exchanges: Exchange[];
  /** What to change, or why it passed or was skipped. */
  hint: string;
}

export interface FlowRun {
  sid: string;
  /** The owner of the app. */
  accountSid: string;
  connectAppSid: string;
  /** The played customer. */
  customerSid: string;
  /** `interrupted`: the process that played it ended. */
  state: 'running' | 'done' | 'interrupted';
  /** Those that are there so far. */
  checks: CheckResult[];
  createdAt: number;
  updatedAt: number;
}

/** The results in the order of CHECKS. */
export function inOrder(checks: readonly CheckResult[]): CheckResult[] {
  return CHECKS.flatMap((name) => checks.filter((check) => check.name === name));
}
