/** Participants of conferences: the first one to be added under a name begins the conference, as at Twilio. */

import { checkText } from '../../parameter.ts';
import { Problem } from '../../problem.ts';
import type { Behaviour, Call } from '../behaviour.ts';
import { createSidFor, propertiesOf, rowOf } from '../making.ts';
import { findTarget, type Target } from '../places.ts';
import { findStandIn, insertStandIn, listStandIns } from '../store.ts';

const SID = /^CF[0-9a-f]{32}$/;
const NAME = { type: 'string', minLength: 1, maxLength: 128, description: '' } as const;
/** Conferences that are looked through for a name. */
const MOST = 1000;

export const participants: Behaviour = {
  async adopt(call) {
    const { query, account, target } = call;
    const [asked] = target.parents;
    const sidOrName = asked?.sid ?? '';
    const key = { accountSid: account.sid, type: 'Conferences', sid: sidOrName };
    if ((await findStandIn(query, key)) !== undefined) return target;
    if (SID.test(sidOrName)) throw new Problem('not_found');
    const name = checkText('ConferenceSid', NAME, sidOrName);
    return below((await findByName(call, name)) ?? (await begin(call, name)));
  },
  async create(_, values) {
    return { ...values, status: 'connected', hold: false, muted: values.muted ?? false };
  },
};

async function findByName({ query, account }: Call, name: string): Promise<string | undefined> {
  const slice = { direction: 'older', from: undefined, limit: MOST } as const;
  const collection = { accountSid: account.sid, type: 'Conferences' };
  const found = await listStandIns(query, collection, slice);
  return found.find(
    ({ properties }) => properties.friendly_name === name && properties.status !== 'completed',
  )?.sid;
}

async function begin({ context, query, account, now }: Call, name: string): Promise<string> {
  const target = findTarget('Conferences');
  const sid = target && createSidFor(context, target);
  if (target === undefined || sid === undefined) throw new Problem('not_found');
  const given = { friendly_name: name, status: 'in-progress', region: 'us1' };
  const properties = propertiesOf(account.sid, target, sid, given, now);
  const row = rowOf(account.sid, target, sid, 'account', now);
  await insertStandIn(query, { ...row, properties, sent: {}, dueAt: null });
  return sid;
}

function below(conferenceSid: string): Target {
  const target = findTarget(`Conferences/${conferenceSid}/Participants`);
  if (target === undefined) throw new Problem('not_found');
  return target;
}
