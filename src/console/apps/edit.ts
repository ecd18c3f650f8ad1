/** Creating and changing a Connect App: the same form, the same checks as on the command line. */

import type { Logo } from '../../connect-apps/logo.ts';
import { parseLogo, setLogo } from '../../connect-apps/logo-operations.ts';
import {
  createConnectApp,
  getConnectApp,
  updateConnectApp,
} from '../../connect-apps/operations.ts';
import { pathParameter } from '../../http/request.ts';
import type { AccountVisit, Console, View } from '../console.ts';
import { type Typed, typedForm } from '../typed.ts';
import { nameOf } from './app-link.ts';
import { APP_FIELDS, appForm, FILE_FIELD, parametersOf, TAKES_LOGO } from './form.ts';

/** Adds the two forms, and for each the page that shows what is typed without saving it. */
export function addEditPages(console: Console): void {
  const { context, pages } = console;
  const options = { config: TAKES_LOGO };

  const appOf = (visit: AccountVisit) =>
    getConnectApp(context, visit.account.sid, pathParameter(visit.request, 'Sid'));
  const newView = async (visit: AccountVisit, typed: Typed | undefined): Promise<View> => ({
    title: 'Create a Connect App',
    section: 'apps',
    body: appForm(visit, undefined, typed),
  });
  const editView = async (visit: AccountVisit, typed: Typed | undefined): Promise<View> => {
    const app = await appOf(visit);
    return { title: `Edit ${nameOf(app)}`, section: 'apps', body: appForm(visit, app, typed) };
  };

  console.form('apps/new', {
    fields: APP_FIELDS,
    options,
    page: newView,
    async submit(visit, form) {
      const logo = await logoOf(visit);
      const { acting, account, link } = visit;
      const app = await createConnectApp(acting, account.sid, parametersOf(form));
      await keepLogo(visit, app.sid, logo);
      return link(`apps/${app.sid}`);
    },
  });
  console.form('apps/:Sid/edit', {
    fields: APP_FIELDS,
    options,
    page: editView,
    async submit(visit, form) {
      const logo = await logoOf(visit);
      const { acting, account, link } = visit;
      const { sid } = await appOf(visit);
      await updateConnectApp(acting, account.sid, sid, parametersOf(form));
      await keepLogo(visit, sid, logo);
      return link(`apps/${sid}`);
    },
  });
  console.form('apps/new/preview', {
    fields: APP_FIELDS,
    options,
    submit: (visit, form) => newView(visit, typedForm(form)),
  });
  console.form('apps/:Sid/edit/preview', {
    fields: APP_FIELDS,
    options,
    submit: (visit, form) => editView(visit, typedForm(form)),
  });

  /** A browser sends a field without a file, too. */
  async function logoOf({ request }: AccountVisit): Promise<Logo | undefined> {
    const { file } = request;
    return file === undefined || file.length === 0 ? undefined : parseLogo(file, FILE_FIELD);
  }

  async function keepLogo(visit: AccountVisit, sid: string, logo: Logo | undefined): Promise<void> {
    if (logo === undefined) return;
    const { acting, account, request } = visit;
    await setLogo(acting, { accountSid: account.sid, sid }, logo, pages.originOf(request));
  }
}
