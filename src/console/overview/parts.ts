/** What the overview is made of: each part comes from the folder that knows it. */

import type { Html } from '../../pages/layout.ts';
import type { AccountVisit } from '../console.ts';

/** Something that waits for a person, and where it is dealt with. */
export interface Need {
  tone: 'bad' | 'warn';
  text: Html | string;
  href: string;
  action: string;
}

/** A part of the page; undefined where there is nothing to show. */
export type OverviewPart = (visit: AccountVisit) => Promise<Html | undefined>;

export interface OverviewParts {
  /** What to do first, until it is done. */
  steps: OverviewPart;
  /** What needs somebody, the worst first. */
  needs: readonly ((visit: AccountVisit) => Promise<Need[]>)[];
  /** Numbers, at most four. */
  tiles: readonly OverviewPart[];
  /** Charts, over the whole width. */
  charts: readonly OverviewPart[];
  /** What happened last, each a panel. */
  latest: readonly OverviewPart[];
}
