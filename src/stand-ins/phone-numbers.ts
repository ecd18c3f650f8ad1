/**
 * A catalogue of telephone numbers that nobody has: 555-0100 to 555-0199 of each area code (North American
 * Numbering Plan) and the numbers that Ofcom sets aside for drama. The same numbers each time.
 */

/** E.164. */
export const NUMBER = /^\+[1-9]\d{6,14}$/;
/** Of a channel, such as `whatsapp:+15551234567` or `client:ada`. */
export const CHANNEL = /^[a-z]+:\S{1,250}$/;
/** Twilio's test number that every account may use (docs, iam/test-credentials). */
export const MAGIC_VALID = '+15005550006';

export type NumberType = 'local' | 'mobile' | 'tollfree';

export interface CatalogueNumber {
  phoneNumber: string;
  friendlyName: string;
  country: string;
  region: string | null;
  locality: string | null;
}

export const COUNTRIES: Readonly<Record<string, string>> = {
  CA: 'Canada',
  GB: 'United Kingdom',
  US: 'United States',
};

interface Area {
  code: string;
  region?: string;
  locality?: string;
}

const AREAS: Readonly<Record<string, Partial<Record<NumberType, readonly Area[]>>>> = {
  US: {
    local: [
      { code: '415', region: 'CA', locality: 'San Francisco' },
      { code: '206', region: 'WA', locality: 'Seattle' },
      { code: '212', region: 'NY', locality: 'New York' },
      { code: '312', region: 'IL', locality: 'Chicago' },
      { code: '512', region: 'TX', locality: 'Austin' },
      { code: '617', region: 'MA', locality: 'Boston' },
    ],
    tollfree: [{ code: '800' }, { code: '888' }, { code: '877' }, { code: '833' }],
  },
  CA: {
    local: [
      { code: '416', region: 'ON', locality: 'Toronto' },
      { code: '514', region: 'QC', locality: 'Montreal' },
      { code: '604', region: 'BC', locality: 'Vancouver' },
    ],
    tollfree: [{ code: '800' }, { code: '888' }],
  },
  GB: {
    local: [
      { code: '20 7946 0', locality: 'London' },
      { code: '161 496 0', locality: 'Manchester' },
      { code: '141 496 0', locality: 'Glasgow' },
    ],
    mobile: [{ code: '7700 900' }],
    tollfree: [{ code: '808 157 0' }],
  },
};

/** Every number of a type in a country; with an area code, those of it, also of one that is not listed here. */
export function catalogue(country: string, type: NumberType, areaCode?: string): CatalogueNumber[] {
  const listed = AREAS[country]?.[type] ?? [];
  if (areaCode === undefined) return listed.flatMap((area) => numbersOf(country, area));
  const found = listed.filter(({ code }) => code === areaCode);
  const isFree = country === 'US' && type === 'local' && /^[2-9]\d{2}$/.test(areaCode);
  const areas = found.length === 0 && isFree ? [{ code: areaCode }] : found;
  return areas.flatMap((area) => numbersOf(country, area));
}

/** The number as the catalogue has it; undefined for one that it does not have. */
export function findNumber(phoneNumber: string): CatalogueNumber | undefined {
  const [, areaCode] = /^\+1([2-9]\d{2})55501\d\d$/.exec(phoneNumber) ?? [];
  const candidates =
    areaCode === undefined
      ? Object.keys(AREAS).flatMap((country) =>
          NUMBER_TYPES.flatMap((type) => catalogue(country, type)),
        )
      : ['CA', 'US'].flatMap((country) =>
          NUMBER_TYPES.flatMap((type) => catalogue(country, type, areaCode)),
        );
  return candidates.find((one) => one.phoneNumber === phoneNumber);
}

const NUMBER_TYPES: readonly NumberType[] = ['local', 'mobile', 'tollfree'];

/** The type of a number of the catalogue. */
export function typeOfNumber(phoneNumber: string): NumberType {
  if (/^\+1(?:800|888|877|866|855|844|833)|^\+44808/.test(phoneNumber)) return 'tollfree';
  return phoneNumber.startsWith('+447') ? 'mobile' : 'local';
}

function numbersOf(country: string, { code, region, locality }: Area): CatalogueNumber[] {
  const place = { country, region: region ?? null, locality: locality ?? null };
  if (country === 'GB') {
    const [digits, national] = [code.replaceAll(' ', ''), `0${code}`];
    return upTo(1000).map((last) => ({
      ...place,
      phoneNumber: `+44${digits}${last.padStart(3, '0')}`,
      friendlyName: `${national}${last.padStart(3, '0')}`,
    }));
  }
  return upTo(100).map((last) => ({
    ...place,
    phoneNumber: `+1${code}55501${last.padStart(2, '0')}`,
    friendlyName: `(${code}) 555-01${last.padStart(2, '0')}`,
  }));
}

function upTo(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(index));
}
