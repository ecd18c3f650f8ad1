/** A message to a number of the account arrives there: its twin, and the SmsUrl that is called for it. */

import { findUrlFault } from '../../http-url.ts';
import type { Change } from '../behaviour.ts';
import { createSidFor, propertiesOf, rowOf } from '../making.ts';
import { findNumberOf } from '../numbers-in-use.ts';
import { findTarget } from '../places.ts';
import { insertStandIn } from '../store.ts';
import { methodOf, tell } from '../tell.ts';
import { countUsage, dollars, PRICES } from '../usage.ts';
import { addMedia, typeOf } from './media.ts';

/** Makes what a delivered message is at the other end; nothing if that is nobody's here. */
export async function receive(change: Change): Promise<void> {
  const { context, query, now, standIn: sent } = change;
  const { accountSid, properties: outbound } = sent;
  const to = String(outbound.to);
  const number = await findNumberOf(query, accountSid, to);
  const target = findTarget('Messages');
  const sid = target && createSidFor(context, target);
  if (number === undefined || target === undefined || sid === undefined) return;
  const segments = Number(outbound.num_segments) || 1;
  const given = {
    body: outbound.body ?? '',
    date_sent: outbound.date_sent ?? null,
    direction: 'inbound',
    from: outbound.from ?? '',
    num_media: outbound.num_media ?? '0',
    num_segments: String(segments),
    price: `-${dollars(PRICES['sms-inbound'] * segments)}`,
    price_unit: 'USD',
    status: 'received',
    to,
  };
  const media = Array.isArray(sent.sent.media_url) ? sent.sent.media_url.map(String) : [];
  const standIn = {
    ...rowOf(accountSid, target, sid, number.caller, now),
    properties: propertiesOf(accountSid, target, sid, given, now),
    sent: { media_url: media },
    dueAt: null,
  };
  await insertStandIn(query, standIn);
  await addMedia({ context, query, now, standIn });
  await countUsage(query, accountSid, 'sms-inbound', segments, now);
  const url = String(number.properties.sms_url ?? '');
  if (findUrlFault(url) !== undefined) return;
  const attached = media.flatMap((one, index) => [
    [`MediaUrl${index}`, one],
    [`MediaContentType${index}`, typeOf(one)],
  ]);
  await tell(change, number, {
    kind: 'message',
    url,
    method: methodOf(number.properties.sms_method),
    parameters: {
      AccountSid: accountSid,
      ApiVersion: '2010-04-01',
      Body: String(given.body),
      From: String(given.from),
      MessageSid: sid,
      NumMedia: String(given.num_media),
      NumSegments: given.num_segments,
      SmsMessageSid: sid,
      SmsSid: sid,
      SmsStatus: 'received',
      To: to,
      ...Object.fromEntries(attached),
    },
  });
}
