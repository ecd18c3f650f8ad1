/** The pages of Connect Apps. */

import type { Console } from '../console.ts';
import { addAuthorizationPages } from './authorizations.ts';
import { addDeletePage } from './delete.ts';
import { addEditPages } from './edit.ts';
import { addAppListPage } from './list.ts';
import { addLogoRoute } from './logos.ts';
import { addAppPage } from './overview.ts';

/** Adds everything under /console/AC…/apps but what is about callbacks, code and trying the flow. */
export function addAppPages(console: Console): void {
  addAppListPage(console);
  addEditPages(console);
  addAppPage(console);
  addAuthorizationPages(console);
  addDeletePage(console);
  addLogoRoute(console);
}
