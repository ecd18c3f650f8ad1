/** *Try the flow*: begin a run, watch it, read its result. */

import { html } from 'hono/html';
import { getConsentParties } from '../../authorizations/operations.ts';
import { getConnectApp } from '../../connect-apps/operations.ts';
import { getRun, listRuns } from '../../flow-runs/operations.ts';
import type { FlowRunner } from '../../flow-runs/runner.ts';
import { pathParameter } from '../../http/request.ts';
import { isolated } from '../../pages/text.ts';
import { Problem } from '../../problem.ts';
import type { Queryable } from '../../storage/database.ts';
import { appHead, nameOf } from '../apps/app-link.ts';
import { type AccountVisit, type Console, formNotice } from '../console.ts';
import { runButton, runPage, tryPage } from './page.ts';

/** Adds /console/AC…/apps/CN…/try and what is under it. */
export function addTryPages(console: Console, runner: FlowRunner): void {
  const { context } = console;
  const { database } = context;

  async function appOf({ account, request }: AccountVisit) {
    const app = await getConnectApp(context, account.sid, pathParameter(request, 'ConnectAppSid'));
    return { app, key: { accountSid: account.sid, connectAppSid: app.sid } };
  }

  console.form('apps/:ConnectAppSid/try', {
    fields: [],
    async page(visit, typed) {
      const { app, key } = await appOf(visit);
      return database.look(async (query) => {
        const obstacle = await findObstacle(query, app.sid);
        const runs = await listRuns(query, key);
        return {
          ...appHead(visit, app, '/try'),
          title: `Try the flow: ${nameOf(app)}`,
          actions: obstacle === undefined ? runButton(visit, app, 'Try the flow') : html``,
          body: html`${formNotice(typed)}${tryPage(visit, { app, obstacle, runs })}`,
        } as const;
      });
    },
    async submit(visit) {
      const { app, key } = await appOf(visit);
      const { sid } = await runner.start(visit.acting, key);
      return visit.link(`apps/${app.sid}/try/${sid}`);
    },
  });

  console.page('apps/:ConnectAppSid/try/:FlowRunSid', async (visit) => {
    const { app, key } = await appOf(visit);
    const run = await getRun(database.query, key, pathParameter(visit.request, 'FlowRunSid'));
    return {
      title: 'Try the flow',
      section: 'apps',
      lede: html`<a href="${visit.link(`apps/${app.sid}/try`)}">Runs</a> of ${isolated(nameOf(app))}`,
      actions: run.state === 'running' ? html`` : runButton(visit, app, 'Run it again'),
      body: runPage(app, run),
      isUnderWay: run.state === 'running',
    };
  });
}

/** Why nobody can authorize the app now, if so. */
async function findObstacle(query: Queryable, connectAppSid: string): Promise<string | undefined> {
  try {
    await getConsentParties(query, connectAppSid);
    return undefined;
  } catch (error) {
    if (error instanceof Problem && error.problem === 'consent_impossible') return error.message;
    throw error;
  }
}
