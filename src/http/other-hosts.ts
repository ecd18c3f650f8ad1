/** What Twilio has on other hosts: a client that was pointed here with such a path learns where it belongs. */

/** By the beginning of the path, of products whose names are in no other. */
const HOSTS: readonly (readonly [RegExp, string])[] = [
  [/^\/v2\/(?:Services|Forms|SafeList|Attempts)(?:[/?]|$)/, 'verify.twilio.com'],
  [/^\/v1\/(?:Services|Deactivations|a2p|ShortCodes|Tollfree)(?:[/?]|$)/, 'messaging.twilio.com'],
  [
    /^\/v1\/(?:Conversations|Configuration|ParticipantConversations)(?:[/?]|$)/,
    'conversations.twilio.com',
  ],
  [/^\/v[12]\/PhoneNumbers(?:[/?]|$)/, 'lookups.twilio.com'],
  [/^\/v[12]\/Flows(?:[/?]|$)/, 'studio.twilio.com'],
  [/^\/v1\/Workspaces(?:[/?]|$)/, 'taskrouter.twilio.com'],
  [/^\/v1\/(?:Trunks|SIP|OriginationUrls)(?:[/?]|$)/, 'trunking.twilio.com'],
  [/^\/v1\/(?:Rooms|Compositions|Recordings)(?:[/?]|$)/, 'video.twilio.com'],
  [/^\/v1\/(?:Alerts|Events)(?:[/?]|$)/, 'monitor.twilio.com'],
  [/^\/v1\/Content(?:[/?]|$)/, 'content.twilio.com'],
];
const VERSIONED = /^\/v\d{1,2}(?:[/?]|$)/;

/** Says to which host of Twilio's a path belongs; undefined for a path that none has. */
export function explainOtherHost(target: string): string | undefined {
  if (!VERSIONED.test(target)) return undefined;
  const [, host] = HOSTS.find(([path]) => path.test(target)) ?? [];
  const where = host ?? 'a host of its own, such as verify.twilio.com or messaging.twilio.com';
  return `At Twilio, this path is on ${where}. This server stands in for api.twilio.com alone and does not have it.`;
}
