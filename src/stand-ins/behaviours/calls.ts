/** Calls: checked as Twilio documents. Nobody's telephone rings, and no TwiML is run. */

import { textOf } from '../../parameter.ts';
import { Problem, type ProblemName } from '../../problem.ts';
import { rfc2822, type WireItem } from '../../wire.ts';
import type { Behaviour, Call } from '../behaviour.ts';
import { ownerOf } from '../numbers-in-use.ts';
import { CHANNEL, MAGIC_VALID, NUMBER } from '../phone-numbers.ts';
import type { StandIn } from '../stand-in.ts';
import { methodOf, tell } from '../tell.ts';
import { countUsage, dollars, PRICES } from '../usage.ts';

const TO_FAULTS = new Map<string, ProblemName>([
  ['+15005550001', 'call_to_invalid'],
  ['+15005550002', 'call_to_unroutable'],
  ['+15005550003', 'call_to_not_permitted'],
  ['+15005550004', 'call_to_blocked'],
]);
/** How long a call has each status on its way. */
const STEP_MS = 500;
const NEXT_STATUS: Readonly<Record<string, string>> = {
  queued: 'ringing',
  ringing: 'in-progress',
  'in-progress': 'completed',
};
const ENDED = ['completed', 'busy', 'failed', 'no-answer', 'canceled'];

/** The event of a status; that of the others is `completed`. The order is that in which they come. */
const EVENTS: Readonly<Record<string, string>> = {
  queued: 'initiated',
  ringing: 'ringing',
  'in-progress': 'answered',
  completed: 'completed',
};

export const calls: Behaviour = {
  missing: { To: 'call_to_missing', From: 'call_from_missing' },
  async create(call, values) {
    const to = textOf(call.sent, 'To') ?? '';
    const fault = TO_FAULTS.get(to);
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
        duration: durationOf(startedAt, now),
        price: `-${dollars(PRICES['calls-outbound'])}`,
        end_time: rfc2822(now),
      }),
    };
  },
  async follow(change) {
    const { query, now, standIn, before } = change;
    const { properties, sent } = standIn;
    const status = String(properties.status);
    if (status === before?.status) return;
    if (status === 'in-progress' && sent.url) {
      const parameters = parametersOf(standIn);
      const method = methodOf(sent.method);
      await tell(change, standIn, { kind: 'call', url: String(sent.url), method, parameters });
    }
    if (status === 'completed') {
      const minutes = Math.ceil(Number(properties.duration) / 60);
      await countUsage(query, standIn.accountSid, 'calls-outbound', minutes, now);
    }
    const event = EVENTS[status] ?? 'completed';
    if (!sent.status_callback || !eventsOf(sent).includes(event)) return;
    await tell(change, standIn, {
      kind: 'status',
      url: String(sent.status_callback),
      method: methodOf(sent.status_callback_method),
      parameters: {
        ...parametersOf(standIn),
        ...(event === 'initiated' && { CallStatus: 'initiated' }),
        ...(event === 'completed' && { CallDuration: String(properties.duration ?? '0') }),
        CallbackSource: 'call-progress-events',
        SequenceNumber: String(Object.values(EVENTS).indexOf(event)),
        Timestamp: rfc2822(now),
      },
    });
  },
  async update({ sent, now }, values, { properties }) {
    if (ENDED.includes(String(properties.status))) {
      throw new Problem('call_ended', 'The call has ended.');
    }
    if (textOf(sent, 'Status') === 'canceled' && properties.status === 'in-progress') {
      throw new Problem('call_ended', 'A call in progress cannot be canceled: send completed.');
    }
    if (!textOf(sent, 'Status')) return values;
    const startedAt = Date.parse(String(properties.start_time)) || now;
    return { ...values, duration: durationOf(startedAt, now), end_time: rfc2822(now) };
  },
};

function durationOf(startedAt: number, now: number): string {
  return String(Math.max(1, Math.round((now - startedAt) / 1000)));
}

/** Which events were chosen; by default the last one alone. */
function eventsOf({ status_callback_event: chosen }: WireItem): string[] {
  const events = Array.isArray(chosen) ? chosen.flatMap((one) => String(one).split(/[\s,]+/)) : [];
  return events.length === 0 ? ['completed'] : events;
}

/** What every callback of a call tells. */
function parametersOf({ accountSid, sid, properties }: StandIn): Record<string, string> {
  return {
    AccountSid: accountSid,
    ApiVersion: '2010-04-01',
    CallSid: sid,
    CallStatus: String(properties.status),
    Direction: String(properties.direction),
    From: String(properties.from),
    To: String(properties.to),
  };
}

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
