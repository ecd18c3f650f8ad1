/** AvailablePhoneNumbers: a catalogue that is the same each time, without what an account has. */

import { textOf } from '../../parameter.ts';
import { Problem } from '../../problem.ts';
import type { WireItem } from '../../wire.ts';
import type { Behaviour, Call } from '../behaviour.ts';
import { numbersInUse } from '../numbers-in-use.ts';
import { type CatalogueNumber, COUNTRIES, catalogue, type NumberType } from '../phone-numbers.ts';

/** As many as Twilio shows at once. */
const MAX_SHOWN = 30;
const KEYPAD = 'abc2def3ghi4jkl5mno6pqrs7tuv8wxyz9';

/** The countries that have numbers. */
export const availableCountries: Behaviour = {
  list: async (call) => Object.keys(COUNTRIES).map((code) => countryOf(call, code)),
  fetch: async (call) => countryOf(call, codeOf(call)),
};

/** The numbers of a type that can be bought in a country. */
export function availablePhoneNumbers(type: NumberType): Behaviour {
  return {
    async list(call) {
      const country = codeOf(call);
      const areaCode = textOf(call.sent, 'AreaCode') || undefined;
      const taken = await numbersInUse(call.query);
      const matches = matcherOf(call);
      return catalogue(country, type, areaCode)
        .filter((number) => !taken.has(number.phoneNumber) && matches(number))
        .slice(0, MAX_SHOWN)
        .map(toWire);
    },
  };
}

/** What every number of the catalogue can do. */
export const CAPABILITIES = { fax: false, mms: true, sms: true, voice: true };

function codeOf({ target }: Call): string {
  const code = target.parameters.CountryCode?.toUpperCase() ?? '';
  if (code in COUNTRIES) return code;
  throw new Problem('not_found');
}

function countryOf({ account }: Call, code: string): WireItem {
  const path = `/2010-04-01/Accounts/${account.sid}/AvailablePhoneNumbers/${code}`;
  return {
    beta: false,
    country: COUNTRIES[code] ?? '',
    country_code: code,
    subresource_uris: {
      local: `${path}/Local.json`,
      ...(code === 'GB' && { mobile: `${path}/Mobile.json` }),
      toll_free: `${path}/TollFree.json`,
    },
    uri: `${path}.json`,
  };
}

function matcherOf({ sent }: Call): (number: CatalogueNumber) => boolean {
  const contains = textOf(sent, 'Contains')?.toLowerCase() ?? '';
  const digits = contains.replace(/[a-z]/g, (letter) => keyOf(letter)).replace(/[^\d*]/g, '');
  const pattern = new RegExp(digits.replaceAll('*', '\\d'));
  const region = textOf(sent, 'InRegion');
  const locality = textOf(sent, 'InLocality');
  const wantsFax = textOf(sent, 'FaxEnabled') === 'true';
  return (number) =>
    pattern.test(number.phoneNumber) &&
    (!region || number.region === region.toUpperCase()) &&
    (!locality || number.locality?.toLowerCase() === locality.toLowerCase()) &&
    !wantsFax;
}

/** The digit under which a telephone has a letter. */
function keyOf(letter: string): string {
  return /\d/.exec(KEYPAD.slice(KEYPAD.indexOf(letter)))?.[0] ?? '';
}

function toWire({ phoneNumber, friendlyName, country, region, locality }: CatalogueNumber) {
  return {
    address_requirements: 'none',
    beta: false,
    capabilities: CAPABILITIES,
    friendly_name: friendlyName,
    iso_country: country,
    lata: null,
    latitude: null,
    locality,
    longitude: null,
    phone_number: phoneNumber,
    postal_code: null,
    rate_center: null,
    region,
  };
}
