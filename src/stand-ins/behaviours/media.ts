/** The Media of a message: one for each MediaUrl. The files themselves are neither fetched nor kept. */

import { findUrlFault } from '../../http-url.ts';
import { type Parameters, parameterProblem } from '../../parameter.ts';
import type { Change } from '../behaviour.ts';
import { createSidFor, propertiesOf, rowOf } from '../making.ts';
import { findTarget } from '../places.ts';
import { insertStandIn } from '../store.ts';

const MAX_MEDIA = 10;
const TYPES = new Map<string, string>([
  ['gif', 'image/gif'],
  ['mp3', 'audio/mpeg'],
  ['mp4', 'video/mp4'],
  ['pdf', 'application/pdf'],
  ['png', 'image/png'],
  ['vcf', 'text/vcard'],
]);

/** The URLs of the media that were sent; raises `parameter_invalid`. */
export function mediaOf(sent: Parameters): string[] {
  const urls = [sent.MediaUrl ?? []].flat().filter((url) => url !== '');
  if (urls.length > MAX_MEDIA) throw parameterProblem('MediaUrl', `can be sent ${MAX_MEDIA} times`);
  for (const url of urls) {
    const fault = findUrlFault(url);
    if (fault !== undefined) throw parameterProblem('MediaUrl', fault);
  }
  return urls;
}

/** Adds what a new message carries. */
export async function addMedia({ context, query, now, standIn }: Change): Promise<void> {
  const { accountSid, sid: parentSid, sent, caller } = standIn;
  const urls = Array.isArray(sent.media_url) ? sent.media_url.map(String) : [];
  const target = findTarget(`Messages/${parentSid}/Media`);
  if (target === undefined) return;
  for (const url of urls) {
    const sid = createSidFor(context, target) ?? '';
    const given = { content_type: typeOf(url), parent_sid: parentSid };
    const properties = propertiesOf(accountSid, target, sid, given, now);
    const row = rowOf(accountSid, target, sid, caller, now);
    await insertStandIn(query, { ...row, properties, sent: {}, dueAt: null });
  }
}

/** By the name of the file; most are pictures. */
export function typeOf(url: string): string {
  const [, extension = ''] = /\.(\w+)(?:[?#]|$)/.exec(url) ?? [];
  return TYPES.get(extension.toLowerCase()) ?? 'image/jpeg';
}
