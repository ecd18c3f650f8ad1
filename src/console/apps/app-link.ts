/** What the pages of one app share: its tabs, its name, and how many authorized it in words. */

import { html } from 'hono/html';
import { MAX_COUNTED } from '../../authorizations/app-operations.ts';
import type { ConnectApp } from '../../connect-apps/connect-app.ts';
import type { Html } from '../../pages/layout.ts';
import { isolated, plainText, visibleOr } from '../../pages/text.ts';
import type { AccountVisit, View } from '../console.ts';
import { tabs } from '../parts/page-head.ts';
import { count, sid } from '../parts/text.ts';

const TABS = [
  ['', 'Overview'],
  ['/authorizations', 'Authorizations'],
  ['/callbacks', 'Callbacks'],
  ['/code', 'Code'],
  ['/try', 'Try the flow'],
] as const;

export type AppTab = (typeof TABS)[number][0];

/** The name of an app, or its SID where there is nothing to see of its name. */
export function nameOf(app: ConnectApp): string {
  return plainText(visibleOr(app.friendlyName, app.sid));
}

/** The head of a page of an app. */
export function appHead(
  { link }: AccountVisit,
  app: ConnectApp,
  current: AppTab,
): Pick<View, 'title' | 'heading' | 'lede' | 'tabs' | 'section'> {
  const items = TABS.map(([path, text]) => ({
    text,
    href: link(`apps/${app.sid}${path}`),
    isCurrent: path === current,
  }));
  return {
    title: nameOf(app),
    heading: isolated(nameOf(app)),
    lede: sid(app.sid),
    tabs: tabs('App', items),
    section: 'apps',
  };
}

/** A number of `countAuthorizationsOfApp`. */
export function countedUp(number: number): string {
  return number > MAX_COUNTED ? `more than ${count(MAX_COUNTED)}` : count(number);
}

/** Permissions as they are called. */
export function permissionTags(permissions: readonly string[]): Html {
  if (permissions.length === 0) return html`<span class="quiet">none</span>`;
  return html`<span class="row">${permissions.map((one) => html`<span class="tag">${one}</span>`)}</span>`;
}
