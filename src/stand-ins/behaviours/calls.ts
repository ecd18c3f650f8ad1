/** Calls: checked as Twilio documents. Nobody's telephone rings, and no TwiML is run. */

import { textOf } from '../../parameter.ts';
import { Problem, type ProblemName } from '../../problem.ts';
import { rfc2822 } from '../../wire.ts';
import type { Behaviour, Call } from '../behaviour.ts';
import { ownerOf } from '../numbers-in-use.ts';
import { CHANNEL, MAGIC_VALID, NUMBER } from '../phone-numbers.ts';

const TO_FAULTS: Readonly<Record<string, ProblemName>> = {
  '+15005550001': 'call_to_invalid',
  '+15005550002': 'call_to_unroutable',
  '+15005550003': 'call_to_not_permitted',
  '+15005550004': 'call_to_blocked',
};
/** How long a call has each status on its way. */
const STEP_MS = 500;
const NEXT_STATUS: Readonly<Record<string, string>> = {
  queued: 'ringing',
  ringing: 'in-progress',
  'in-progress': 'completed',
};
const ENDED = ['completed', 'busy', 'failed', 'no-answer', 'canceled'];

export const calls: Behaviour = {
  missing: { To: 'call_to_missing', From: 'call_from_missing' },
  async create(call, values) {
    const to = textOf(call.sent, 'To') ?? '';
    const fault = TO_FAULTS[to];
    if (fault !== undefined) {
      throw new Problem(fault, `To ${to} is a test number that is refused.`);
    }
    if (!NUMBER.test(to) && !CHANNEL.test(to)) {
      throw new Problem('call_to_invalid', `To ${to} is not a number in the form +15551234567.`);
    }
    const from = await checkFrom(call);
    const hasInstructions = ['Url', 'Twiml', 'ApplicationSid'].some((name) =>
      textOf(call.sent, name),
    );
    if (!hasInstructions) {
      throw new Problem('call_url_missing', 'Send a Url, Twiml or an ApplicationSid.');
    }
    return {
      ...values,
      direction: 'outbound-api',
      from,
      from_formatted: from,
      price_unit: 'USD',
      queue_time: '0',
      status: 'queued',
      to,
      to_formatted: to,
    };
  },
  dueAt: ({ properties }, now) => (String(properties.status) in NEXT_STATUS ? now + STEP_MS : null),
  advance(properties, now) {
    const status = NEXT_STATUS[String(properties.status)] ?? String(properties.status);
    const startedAt = Date.parse(String(properties.start_time));
    return {
      ...properties,
      status,
      date_updated: rfc2822(now),
      ...(status === 'in-progress' && { answered_by: 'human', start_time: rfc2822(now) }),
      ...(status === 'completed' && {
        duration: String(Math.max(1, Math.round((now - startedAt) / 1000))),
        end_time: rfc2822(now),
      }),
    };
  },
  async update({ sent }, values, { properties }) {
    if (ENDED.includes(String(properties.status))) {
      throw new Problem('call_ended', 'The call has ended.');
    }
    if (textOf(sent, 'Status') === 'canceled' && properties.status === 'in-progress') {
      throw new Problem('call_ended', 'A call in progress cannot be canceled: send completed.');
    }
    return values;
  },
};

async function checkFrom({ query, account, sent }: Call): Promise<string> {
  const from = textOf(sent, 'From') ?? '';
  if (from === MAGIC_VALID || CHANNEL.test(from)) return from;
  if (!NUMBER.test(from) || from === '+15005550001') {
    throw new Problem('from_invalid', `From ${from} is not a number in the form +15551234567.`);
  }
  if ((await ownerOf(query, from)) === account.sid) return from;
  throw new Problem(
    'call_from_not_owned',
    `From ${from} is not a phone number of this account. Buy it with IncomingPhoneNumbers first.`,
  );
}
