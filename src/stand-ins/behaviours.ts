/** The resources that do more than being stored, by the collection that they are in. */

import type { Behaviour } from './behaviour.ts';
import { availableCountries, availablePhoneNumbers } from './behaviours/available-phone-numbers.ts';
import { balance } from './behaviours/balance.ts';
import { calls } from './behaviours/calls.ts';
import { incomingPhoneNumbers } from './behaviours/incoming-phone-numbers.ts';
import { messages } from './behaviours/messages.ts';

export const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  AvailablePhoneNumbers: availableCountries,
  'AvailablePhoneNumbers/Local': availablePhoneNumbers('local'),
  'AvailablePhoneNumbers/Mobile': availablePhoneNumbers('mobile'),
  'AvailablePhoneNumbers/TollFree': availablePhoneNumbers('tollfree'),
  Balance: balance,
  Calls: calls,
  IncomingPhoneNumbers: incomingPhoneNumbers,
  Messages: messages,
};
