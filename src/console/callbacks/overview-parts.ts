/** What the overview of an account says of callbacks: those that failed. */

import { html } from 'hono/html';
import { countFailedByApp } from '../../callbacks/operations.ts';
import type { Context } from '../../context.ts';
import { isolated } from '../../pages/text.ts';
import { nameOf } from '../apps/app-link.ts';
import type { AccountVisit } from '../console.ts';
import type { Need } from '../overview/parts.ts';
import { counted } from '../parts/text.ts';

const WEEK_MS = 7 * 24 * 60 * 60 * 1000;

/** The apps whose callbacks failed in the last seven days. */
export function needsOfCallbacks({ database }: Context) {
  return async ({ account, link, now }: AccountVisit): Promise<Need[]> => {
    const failing = await database.look((query) =>
      countFailedByApp(query, account.sid, now - WEEK_MS),
    );
    return failing.map(({ app, count, isAtLeast }) => ({
      tone: 'bad',
      text: html`${isAtLeast ? 'At least ' : ''}${counted(count, 'callback')} of ${isolated(nameOf(app))} failed in the last 7 days.`,
      href: link(`apps/${app.sid}/callbacks?state=failed&since=7d`),
      action: 'See them',
    }));
  };
}
