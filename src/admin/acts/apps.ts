/** The acts on Connect Apps. */

import {
  type ConnectApp,
  PROPERTIES,
  PROPERTY_NAMES,
  parseConnectAppChanges,
} from '../../connect-apps/connect-app.ts';
import { connectAppFormat } from '../../connect-apps/format.ts';
import {
  addConnectApp,
  createConnectApp,
  deleteConnectApp,
  findConnectAppOfAnybody,
  getConnectApp,
  getConnectAppOfAnybody,
  listingOfConnectApps,
  updateConnectApp,
} from '../../connect-apps/operations.ts';
import { buttonHtml } from '../../pages/art.ts';
import { type Parameters, parameterProblem } from '../../parameter.ts';
import { parseSid } from '../../sid.ts';
import { type Act, listAct, lookUp, type Visit } from '../act.ts';
import { requiredText, textOf, textsOf, type Wire } from '../input.ts';
import { accountOf } from './accounts.ts';

const READ = { resource: 'apps', right: 'read' } as const;
const WRITE = { resource: 'apps', right: 'write' } as const;
const owner = { type: 'string', description: 'The account that owns the Connect App.' };

const properties = Object.fromEntries(
  PROPERTY_NAMES.map((name) => {
    const { column, rule } = PROPERTIES[name];
    const { description } = rule.values;
    return [
      column,
      rule.values.type === 'permissions'
        ? { type: 'array', items: { type: 'string', enum: rule.values.choices }, description }
        : { type: 'string', nullable: true, description },
    ];
  }),
);

/** null clears a property, as an empty text does. */
function parametersOf(input: Wire): Parameters {
  const parameters: Record<string, string | string[]> = {};
  for (const name of PROPERTY_NAMES) {
    const { parameter, column } = PROPERTIES[name];
    const value = input[column];
    if (value === undefined) continue;
    if (value === null) parameters[parameter] = '';
    else if (Array.isArray(value)) {
      const texts = textsOf(input, column);
      parameters[parameter] = texts.length === 0 ? '' : texts;
    } else parameters[parameter] = requiredText(input, column);
  }
  return parameters;
}

const NOT_IN_REST = PROPERTY_NAMES.filter((name) => !PROPERTIES[name].shown.rest);

/** The wire form, with the properties that the REST resource does not show. */
function wireOf(app: ConnectApp): Wire {
  return {
    ...connectAppFormat.toWire(app),
    ...Object.fromEntries(NOT_IN_REST.map((name) => [PROPERTIES[name].column, app[name]])),
  };
}

/** The app that an input names, of the account that it names, if it does. */
async function appOf(visit: Visit, input: Wire): Promise<ConnectApp> {
  const { context } = visit;
  const sid = requiredText(input, 'sid');
  const account = input.account_sid === undefined ? undefined : await accountOf(visit, input);
  const what = `Connect App ${sid}${account ? ` of account ${account.sid}` : ''}`;
  return lookUp(what, () =>
    account ? getConnectApp(context, account.sid, sid) : getConnectAppOfAnybody(context, sid),
  );
}

export const listApps = listAct({
  name: 'listConnectApps',
  path: '/accounts/{account_sid}/connect-apps',
  summary: 'List the Connect Apps of an account.',
  needs: READ,
  input: {},
  async list(visit, input) {
    const account = await accountOf(visit, input);
    return { ...listingOfConnectApps(visit.context, account.sid), toWire: wireOf };
  },
});

export const createApp: Act = {
  name: 'createConnectApp',
  method: 'POST',
  path: '/accounts/{account_sid}/connect-apps',
  summary: 'Create a Connect App.',
  needs: WRITE,
  input: properties,
  async run(visit, input) {
    const account = await accountOf(visit, input);
    return wireOf(await createConnectApp(visit.context, account.sid, parametersOf(input)));
  },
};

export const showApp: Act = {
  name: 'fetchConnectApp',
  method: 'GET',
  path: '/connect-apps/{sid}',
  summary: 'Show a Connect App.',
  needs: READ,
  input: { account_sid: owner },
  run: async (visit, input) => wireOf(await appOf(visit, input)),
};

export const updateApp: Act = {
  name: 'updateConnectApp',
  method: 'POST',
  path: '/connect-apps/{sid}',
  summary: 'Change properties of a Connect App; null or an empty text clears one.',
  needs: WRITE,
  input: { account_sid: owner, ...properties },
  async run(visit, input) {
    const { accountSid, sid } = await appOf(visit, input);
    return wireOf(await updateConnectApp(visit.context, accountSid, sid, parametersOf(input)));
  },
};

export const putApp: Act = {
  name: 'putConnectApp',
  method: 'PUT',
  path: '/connect-apps/{sid}',
  summary: 'Import a Connect App under its own SID, or make it what is said of it.',
  needs: WRITE,
  input: { account_sid: { ...owner, required: true }, ...properties },
  async run(visit, input) {
    const { context } = visit;
    const sid = parseSid('CN', requiredText(input, 'sid'));
    if (sid === undefined) throw parameterProblem('sid', 'must be CN and 32 hex digits');
    const account = await accountOf(visit, input);
    const existing = await findConnectAppOfAnybody(context, sid);
    if (existing !== undefined && existing.accountSid !== account.sid) {
      throw parameterProblem('sid', 'belongs to a Connect App of another account');
    }
    const parameters = parametersOf(input);
    if (existing) return wireOf(await updateConnectApp(context, account.sid, sid, parameters));
    const given = parseConnectAppChanges({ FriendlyName: '', ...parameters });
    return wireOf(await addConnectApp(context, account.sid, sid, given));
  },
};

export const deleteApp: Act = {
  name: 'deleteConnectApp',
  method: 'DELETE',
  path: '/connect-apps/{sid}',
  summary: 'Delete a Connect App and revoke all its authorizations.',
  needs: WRITE,
  input: { account_sid: owner },
  async run(visit, input) {
    const { accountSid, sid } = await appOf(visit, input);
    await deleteConnectApp(visit.context, accountSid, sid);
    return { sid, deleted: true };
  },
};

export const showButton: Act = {
  name: 'fetchConnectButton',
  method: 'GET',
  path: '/connect-apps/{sid}/button',
  summary: 'The HTML of the Connect button.',
  needs: READ,
  input: {
    account_sid: owner,
    public_url: { type: 'string', description: 'The origin of the server, as browsers see it.' },
  },
  async run(visit, input) {
    const { sid } = await appOf(visit, input);
    return { sid, html: buttonHtml(textOf(input, 'public_url') ?? visit.origin, sid) };
  },
};

export const APP_ACTS: readonly Act[] = [
  listApps,
  createApp,
  showApp,
  updateApp,
  putApp,
  deleteApp,
  showButton,
];
