/** IncomingPhoneNumbers: bought from the catalogue, each by one account, and given back. */

import { textOf } from '../../parameter.ts';
import { Problem } from '../../problem.ts';
import type { Behaviour, Call } from '../behaviour.ts';
import { numbersInUse, ownerOf, releaseNumber, takeNumber } from '../numbers-in-use.ts';
import {
  type CatalogueNumber,
  catalogue,
  findNumber,
  MAGIC_VALID,
  NUMBER,
  type NumberType,
  typeOfNumber,
} from '../phone-numbers.ts';
import { CAPABILITIES } from './available-phone-numbers.ts';

/** Twilio's test numbers (docs, iam/test-credentials): to buy, one that works, one that is taken, one that is none. */
const MAGIC_TAKEN = '+15005550000';

/** The types of number by the last part of their list's path. */
const TYPES: Readonly<Record<string, NumberType>> = {
  Local: 'local',
  Mobile: 'mobile',
  TollFree: 'tollfree',
};

export const incomingPhoneNumbers: Behaviour = {
  async create(call, values) {
    const number = await chooseNumber(call);
    if (number.phoneNumber !== MAGIC_VALID) {
      await takeNumber(call.query, number.phoneNumber, call.account.sid, call.now);
    }
    return {
      address_requirements: 'none',
      beta: false,
      capabilities: CAPABILITIES,
      emergency_address_status: 'unregistered',
      emergency_status: 'Inactive',
      friendly_name: number.friendlyName,
      origin: 'twilio',
      sms_fallback_method: 'POST',
      sms_fallback_url: '',
      sms_method: 'POST',
      sms_url: '',
      status: 'in-use',
      status_callback: '',
      status_callback_method: 'POST',
      voice_caller_id_lookup: false,
      voice_fallback_method: 'POST',
      voice_fallback_url: '',
      voice_method: 'POST',
      voice_receive_mode: 'voice',
      voice_url: '',
      ...values,
      phone_number: number.phoneNumber,
    };
  },
  async remove({ query }, { properties }) {
    await releaseNumber(query, String(properties.phone_number));
  },
  shows({ place }, { phone_number }) {
    const type = TYPES[place.path.split('/').at(-1) ?? ''];
    return type === undefined || typeOfNumber(String(phone_number)) === type;
  },
};

async function chooseNumber({ query, sent }: Call): Promise<CatalogueNumber> {
  const asked = textOf(sent, 'PhoneNumber');
  const areaCode = textOf(sent, 'AreaCode');
  if (asked) return checkNumber(query, asked.replace(/[\s().-]/g, ''));
  if (!areaCode) throw new Problem('phone_number_invalid', 'Send a PhoneNumber or an AreaCode.');
  const taken = await numbersInUse(query);
  const free = catalogue('US', 'local', areaCode).find((one) => !taken.has(one.phoneNumber));
  if (free !== undefined) return free;
  throw new Problem('area_code_empty', `No phone numbers found in area code ${areaCode}.`);
}

async function checkNumber(query: Call['query'], phoneNumber: string): Promise<CatalogueNumber> {
  if (phoneNumber === MAGIC_VALID) {
    return {
      phoneNumber,
      friendlyName: '(500) 555-0006',
      country: 'US',
      region: null,
      locality: null,
    };
  }
  if (!NUMBER.test(phoneNumber) || phoneNumber === '+15005550001') {
    throw new Problem('phone_number_invalid', `PhoneNumber ${phoneNumber} is not a valid number.`);
  }
  const number = findNumber(phoneNumber);
  const isTaken = phoneNumber === MAGIC_TAKEN || (await ownerOf(query, phoneNumber)) !== undefined;
  if (number !== undefined && !isTaken) return number;
  throw new Problem(
    'phone_number_unavailable',
    `${phoneNumber} is not available. AvailablePhoneNumbers lists the numbers that are.`,
  );
}
