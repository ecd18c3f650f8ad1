/** Messages: checked as Twilio documents, and never sent to anybody. */

import { textOf } from '../../parameter.ts';
import { Problem, type ProblemName } from '../../problem.ts';
import { rfc2822, type WireValue } from '../../wire.ts';
import type { Behaviour, Call } from '../behaviour.ts';
import { ownerOf } from '../numbers-in-use.ts';
import { CHANNEL, MAGIC_VALID, NUMBER } from '../phone-numbers.ts';
import { countSegments } from '../segments.ts';

/** How long a message has each status on its way. */
const STEP_MS = 300;
const NEXT_STATUS: Readonly<Record<string, string>> = {
  scheduled: 'queued',
  accepted: 'queued',
  queued: 'sending',
  sending: 'sent',
  sent: 'delivered',
};

const MAX_BODY = 1600;
const SENDER_ID = /^(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}$/;
const SHORT_CODE = /^\d{3,6}$/;

/** Twilio's test numbers (docs, iam/test-credentials). */
const TO_FAULTS: Readonly<Record<string, ProblemName>> = {
  '+15005550001': 'to_invalid',
  '+15005550002': 'to_unroutable',
  '+15005550003': 'to_not_permitted',
  '+15005550004': 'to_blocked',
  '+15005550009': 'to_not_mobile',
};
const FROM_FAULTS: Readonly<Record<string, ProblemName>> = {
  '+15005550001': 'from_invalid',
  '+15005550007': 'from_not_owned',
  '+15005550008': 'from_queue_full',
};

export const messages: Behaviour = {
  missing: { To: 'to_missing' },
  async create(call, values) {
    const { sent } = call;
    const to = checkTo(textOf(sent, 'To') ?? '');
    const from = await checkFrom(call);
    const body = textOf(sent, 'Body') ?? '';
    const media = [sent.MediaUrl ?? []].flat().filter((url) => url !== '');
    if (body === '' && media.length === 0 && !textOf(sent, 'ContentSid')) {
      throw new Problem('body_missing', 'Send a Body, a MediaUrl or a ContentSid.');
    }
    if ([...body].length > MAX_BODY) {
      throw new Problem('body_too_long', `The Body has more than ${MAX_BODY} characters.`);
    }
    const isScheduled = textOf(sent, 'ScheduleType') === 'fixed';
    const decided: Record<string, WireValue> = {
      body,
      direction: 'outbound-api',
      from,
      num_media: String(media.length),
      // With a messaging service, no sender has been chosen yet.
      num_segments: from === null ? '0' : String(countSegments(body)),
      price_unit: 'USD',
      status: isScheduled ? 'scheduled' : from === null ? 'accepted' : 'queued',
      to,
    };
    return { ...values, ...decided };
  },
  dueAt({ properties, sent }, now) {
    if (properties.status === 'scheduled') return Date.parse(String(sent.send_at)) || now;
    return String(properties.status) in NEXT_STATUS ? now + STEP_MS : null;
  },
  advance(properties, now) {
    const status = NEXT_STATUS[String(properties.status)] ?? String(properties.status);
    return {
      ...properties,
      status,
      date_updated: rfc2822(now),
      ...(status === 'sent' && { date_sent: rfc2822(now) }),
    };
  },
  async update({ sent }, values, { properties }) {
    // An empty Body redacts the message; nothing else can be written into it.
    if (textOf(sent, 'Body')) throw new Problem('body_not_changeable');
    if (textOf(sent, 'Status') === 'canceled' && properties.status !== 'scheduled') {
      throw new Problem('message_not_cancelable');
    }
    return values;
  },
};

function checkTo(to: string): string {
  const fault = TO_FAULTS[to];
  if (fault !== undefined) throw new Problem(fault, `To ${to} is a test number that is refused.`);
  if (NUMBER.test(to) || CHANNEL.test(to) || SHORT_CODE.test(to)) return to;
  throw new Problem('to_invalid', `To ${to} is not a phone number in the form +15551234567.`);
}

/** The sender; null when a messaging service chooses one. */
async function checkFrom({ query, account, sent }: Call): Promise<string | null> {
  const from = textOf(sent, 'From');
  if (!from) {
    if (textOf(sent, 'MessagingServiceSid')) return null;
    throw new Problem('from_missing', 'Send a From or a MessagingServiceSid.');
  }
  const fault = FROM_FAULTS[from];
  if (fault !== undefined)
    throw new Problem(fault, `From ${from} is a test number that is refused.`);
  if (from === MAGIC_VALID || CHANNEL.test(from) || SENDER_ID.test(from)) return from;
  if (!NUMBER.test(from) && !SHORT_CODE.test(from)) {
    throw new Problem(
      'from_invalid',
      `From ${from} is not a phone number in the form +15551234567.`,
    );
  }
  if ((await ownerOf(query, from)) === account.sid) return from;
  throw new Problem(
    'from_not_owned',
    `From ${from} is not a phone number of this account. Buy it with IncomingPhoneNumbers first.`,
  );
}
