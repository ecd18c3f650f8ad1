/** The resources that do more than being stored, by the collection that they are in. */

import type { Behaviour } from './behaviour.ts';
import { availableCountries, availablePhoneNumbers } from './behaviours/available-phone-numbers.ts';
import { balance } from './behaviours/balance.ts';
import { calls } from './behaviours/calls.ts';
import { incomingPhoneNumbers } from './behaviours/incoming-phone-numbers.ts';
import { messages } from './behaviours/messages.ts';
import { participants } from './behaviours/participants.ts';
import { usageBy, usageOver } from './behaviours/usage-records.ts';

export const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  AvailablePhoneNumbers: availableCountries,
  'AvailablePhoneNumbers/Local': availablePhoneNumbers('local'),
  'AvailablePhoneNumbers/Mobile': availablePhoneNumbers('mobile'),
  'AvailablePhoneNumbers/TollFree': availablePhoneNumbers('tollfree'),
  Balance: balance,
  Calls: calls,
  'Conferences/Participants': participants,
  IncomingPhoneNumbers: incomingPhoneNumbers,
  Messages: messages,
  'Usage/Records': usageOver('all'),
  'Usage/Records/AllTime': usageOver('all'),
  'Usage/Records/Daily': usageBy(10),
  'Usage/Records/LastMonth': usageOver('last month'),
  'Usage/Records/Monthly': usageBy(7),
  'Usage/Records/ThisMonth': usageOver('this month'),
  'Usage/Records/Today': usageOver('today'),
  'Usage/Records/Yearly': usageBy(4),
  'Usage/Records/Yesterday': usageOver('yesterday'),
};
