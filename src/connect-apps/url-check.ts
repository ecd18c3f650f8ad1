/** What asking a URL of an app showed. */

export const URL_CHECK_KINDS = ['authorize', 'deauthorize'] as const;

export type UrlCheckKind = (typeof URL_CHECK_KINDS)[number];

export interface UrlCheck {
  kind: UrlCheckKind;
  /** As it was then. */
  url: string;
  /** Of the answer; null when none came or none was asked for. */
  status: number | null;
  /** Why none came: a name of outgoing/outcome.ts. */
  failure: string | null;
  durationMs: number;
  checkedAt: number;
}
