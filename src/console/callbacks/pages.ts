/** The pages of an app's callbacks: the list, one of them, a test, and *Send again* for one or many. */

import { html } from 'hono/html';
import {
  getCallbackOfApp,
  listingOfCallbacks,
  sendAgain,
  sendTest,
  withLatestOutcomes,
} from '../../callbacks/operations.ts';
import {
  getLatestResend,
  getResend,
  planResend,
  startResend,
  stopResend,
} from '../../callbacks/resend-operations.ts';
import { getConnectApp } from '../../connect-apps/operations.ts';
import { getReadiness } from '../../connect-apps/readiness.ts';
import { pathParameter } from '../../http/request.ts';
import { failureSentence } from '../../outgoing/failure-sentences.ts';
import { isolated } from '../../pages/text.ts';
import { textOf } from '../../parameter.ts';
import { appHead, nameOf } from '../apps/app-link.ts';
import type { AccountVisit, Console } from '../console.ts';
import { readListPage } from '../paging.ts';
import { notice } from '../parts/panel.ts';
import { callbackDetails, languageOf, sendAgainButton } from './details.ts';
import { callbackList, sendTestButton } from './list.ts';
import { planCard, resendProgress } from './resends.ts';
import { filterOf } from './words.ts';

/** Adds /console/AC…/apps/CN…/callbacks and what is under it. */
export function addCallbackPages(console: Console): void {
  const { context } = console;
  const { database, keyring } = context;

  /** The app of the path, its key, and the path of its callbacks; raises `not_found` for another's. */
  async function appOf(visit: AccountVisit) {
    const { account, request, link } = visit;
    const app = await getConnectApp(context, account.sid, pathParameter(request, 'ConnectAppSid'));
    const key = { accountSid: account.sid, connectAppSid: app.sid };
    return { app, key, path: link(`apps/${app.sid}/callbacks`) };
  }
  const sidOf = ({ request }: AccountVisit, name: string) => pathParameter(request, name);

  console.page('apps/:ConnectAppSid/callbacks', async (visit) => {
    const { app, key, path } = await appOf(visit);
    const filter = filterOf(visit.query, visit.now);
    return database.look(async (query) => {
      const { status, since, words } = filter;
      const { slice } = listingOfCallbacks(query, key, { status, since });
      const list = await readListPage({
        keyring,
        // Not the time itself, which moves on from page to page.
        scope: `${key.accountSid} ${app.sid} Callbacks ${words}`,
        path,
        query: visit.query,
        slice,
        placeOf: (callback) => callback,
      });
      const { deauthorize } = await getReadiness(query, key);
      const items = await withLatestOutcomes(query, key.accountSid, list.items);
      return {
        ...appHead(visit, app, '/callbacks'),
        title: `Callbacks of ${nameOf(app)}`,
        ...((items.length > 0 || words.size > 0) && { actions: sendTestButton(visit, app) }),
        body: callbackList(visit, {
          app,
          filter,
          list: { ...list, items },
          obstacle: deauthorize?.failure ? failureSentence(deauthorize.failure) : undefined,
          resend: await getLatestResend(query, key),
        }),
      } as const;
    });
  });

  console.form('apps/:ConnectAppSid/callbacks/test', {
    fields: [],
    async submit(visit) {
      const { key, path } = await appOf(visit);
      const { sid } = await sendTest(visit.acting, key);
      return `${path}/${sid}`;
    },
  });

  console.form('apps/:ConnectAppSid/callbacks/resend', {
    fields: ['state', 'since_at'],
    async page(visit) {
      const { app, key, path } = await appOf(visit);
      const filter = filterOf(visit.query, visit.now);
      const matched = await database.look((query) => planResend(query, key, filter));
      return {
        title: `Send callbacks of ${nameOf(app)} again`,
        section: 'apps',
        isCard: true,
        body: planCard(visit, { path, filter, matched }),
      };
    },
    async submit(visit, form) {
      const { key, path } = await appOf(visit);
      const { status } = filterOf(form, visit.now);
      // As the plan had it.
      const since = Number(textOf(form, 'since_at'));
      const filter = { status, since: Number.isSafeInteger(since) ? Math.max(0, since) : 0 };
      const { sid } = await startResend(visit.acting, key, filter);
      return `${path}/resends/${sid}`;
    },
  });

  console.page('apps/:ConnectAppSid/callbacks/resends/:ResendSid', async (visit) => {
    const { app, key, path } = await appOf(visit);
    const resend = await getResend(database.query, key, sidOf(visit, 'ResendSid'));
    return {
      title: 'Sending callbacks again',
      section: 'apps',
      lede: isolated(nameOf(app)),
      body: resendProgress(visit, resend, path),
      isUnderWay: resend.state === 'running',
    };
  });

  console.form('apps/:ConnectAppSid/callbacks/resends/:ResendSid/stop', {
    fields: [],
    async submit(visit) {
      const { key, path } = await appOf(visit);
      const { sid } = await stopResend(visit.acting, key, sidOf(visit, 'ResendSid'));
      return `${path}/resends/${sid}`;
    },
  });

  console.page('apps/:ConnectAppSid/callbacks/:CallbackSid', async (visit) => {
    const { app, key, path } = await appOf(visit);
    return database.look(async (query) => {
      const callback = await getCallbackOfApp(context, query, key, sidOf(visit, 'CallbackSid'));
      const isBusy = textOf(visit.query, 'busy') !== undefined;
      const language = languageOf(textOf(visit.query, 'language'));
      return {
        title: callback.kind === 'test' ? 'Test callback' : 'Callback',
        section: 'apps',
        lede: html`<a href="${path}">Callbacks</a> of ${isolated(nameOf(app))}`,
        actions: sendAgainButton(visit, callback, path),
        body: html`${isBusy ? notice('warn', 'This callback is being sent right now. Wait for the result, then send it again.') : ''}${callbackDetails(visit, callback, path, language)}`,
      } as const;
    });
  });

  console.form('apps/:ConnectAppSid/callbacks/:CallbackSid/resend', {
    fields: [],
    async submit(visit) {
      const { key, path } = await appOf(visit);
      const sid = sidOf(visit, 'CallbackSid');
      const isDue = await sendAgain(visit.acting, key, sid);
      return `${path}/${sid}${isDue ? '' : '?busy'}`;
    },
  });
}
