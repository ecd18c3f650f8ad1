/** Code for an app in each language, with its SIDs filled in. */

import { html } from 'hono/html';
import type { ConnectApp } from '../../connect-apps/connect-app.ts';
import { getConnectApp } from '../../connect-apps/operations.ts';
import { pathParameter } from '../../http/request.ts';
import type { Html } from '../../pages/layout.ts';
import { textOf } from '../../parameter.ts';
import type { AccountVisit, Console } from '../console.ts';
import { codeSample } from '../parts/lists.ts';
import { tabs } from '../parts/page-head.ts';
import { panel } from '../parts/panel.ts';
import { appHead, nameOf } from './app-link.ts';
import { LANGUAGES, type Language, sampleOf } from './samples.ts';

/** Adds /console/AC…/apps/CN…/code. */
export function addCodePage(console: Console): void {
  console.page('apps/:ConnectAppSid/code', async (visit) => {
    const { account, request, query } = visit;
    const sid = pathParameter(request, 'ConnectAppSid');
    const app = await getConnectApp(console.context, account.sid, sid);
    const asked = textOf(query, 'language');
    const [language] = LANGUAGES.find(([one]) => one === asked) ?? LANGUAGES[0];
    const origin = console.pages.originOf(request);
    return {
      ...appHead(visit, app, '/code'),
      title: `Code for ${nameOf(app)}`,
      body: codeOf(visit, app, language, origin),
    };
  });
}

function codeOf({ link }: AccountVisit, app: ConnectApp, language: Language, origin: string): Html {
  const sample = sampleOf(language, {
    origin,
    accountSid: app.accountSid,
    connectAppSid: app.sid,
  });
  const path = link(`apps/${app.sid}/code`);
  const languages = tabs(
    'Languages',
    LANGUAGES.map(([value, text]) => ({
      text,
      href: `${path}?language=${value}`,
      isCurrent: value === language,
    })),
  );
  return html`<div class="stack">${panel({
    title: sample.file ?? 'Code',
    isPadded: true,
    body: html`${languages}${sample.install === undefined ? '' : html`<p>Install it: <code>${sample.install}</code></p>`}${codeSample({ id: 'sample', what: 'the code', code: sample.code })}`,
  })}${panel({
    title: 'Run it',
    isPadded: true,
    body: html`<p>Put your Auth Token in the environment; <a href="${link('account')}">Account</a> shows it. <code>CUSTOMER_SID</code> is the <code>AccountSid</code> of a customer who allowed the app.</p>
${codeSample({ id: 'run', what: 'the commands', code: commandsOf(sample, origin) })}
${sample.isDirect ? '' : html`<p><code>exec</code> sends its requests for api.twilio.com to this server, with not a line changed. Without it, set the client’s base URL to <code>${origin}</code>.</p>`}`,
  })}</div>`;
}

function commandsOf({ command, isDirect }: ReturnType<typeof sampleOf>, origin: string): string {
  const run = isDirect ? command : `connect-apps exec --url ${origin} -- ${command}`;
  return `export TWILIO_AUTH_TOKEN=…\nexport CUSTOMER_SID=AC…\n${run}\n`;
}
