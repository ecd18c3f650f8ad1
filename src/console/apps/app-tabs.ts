/** What the pages of one app share: its name and its tabs. */

import type { ConnectApp } from '../../connect-apps/connect-app.ts';
import type { Html } from '../../pages/layout.ts';
import { plainText, visibleOr } from '../../pages/text.ts';
import type { AccountVisit } from '../console.ts';
import { tabs } from '../parts/page-head.ts';

const TABS = [
  ['', 'Overview'],
  ['/authorizations', 'Authorizations'],
  ['/callbacks', 'Callbacks'],
  ['/code', 'Code'],
  ['/try', 'Try the flow'],
] as const;

export type AppTab = (typeof TABS)[number][1];

/** The name of an app, or its SID when it has none to see. */
export function appNameOf({ friendlyName, sid }: ConnectApp): string {
  return plainText(visibleOr(friendlyName, sid));
}

/** The pages of an app, as links. */
export function appTabs({ link }: AccountVisit, { sid }: ConnectApp, current: AppTab): Html {
  return tabs(
    'Pages of the app',
    TABS.map(([path, text]) => ({
      text,
      href: link(`apps/${sid}${path}`),
      isCurrent: text === current,
    })),
  );
}
