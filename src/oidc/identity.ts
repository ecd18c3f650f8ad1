/** What a provider says about somebody. Claims are texts of others: each is checked before it counts. */

export type Claims = Readonly<Record<string, unknown>>;

export interface Identity {
  issuer: string;
  subject: string;
  /** Only if the provider has verified it. */
  email: string | undefined;
  /** As the claim has them, unchecked; undefined where the provider is not asked. */
  accountSids: readonly string[] | undefined;
  /** Undefined where the provider is not asked. */
  isOperator: boolean | undefined;
}

interface Asked {
  readonly issuer: string;
  readonly accountsClaim: string | undefined;
  readonly operatorClaim: { readonly name: string; readonly value: string | undefined } | undefined;
}

/** More accounts than anybody has: a claim that goes on is cut. */
const MAX_ACCOUNTS = 1000;

/** Whether a claim is there, by its own name: nothing that every object has is one. */
export function hasClaim(claims: Claims, name: string): boolean {
  return Object.hasOwn(claims, name);
}

/** The identity that verified claims describe. A claim that is not there gives nothing. */
export function identityOf(asked: Asked, subject: string, claims: Claims): Identity {
  const { issuer, accountsClaim, operatorClaim } = asked;
  const claim = (name: string) => (hasClaim(claims, name) ? claims[name] : undefined);
  const email = claim('email');
  return {
    issuer,
    subject,
    email: typeof email === 'string' && claim('email_verified') === true ? email : undefined,
    accountSids:
      accountsClaim === undefined
        ? undefined
        : textsOf(claim(accountsClaim)).slice(0, MAX_ACCOUNTS),
    isOperator: operatorClaim && isGiven(claim(operatorClaim.name), operatorClaim.value),
  };
}

/** A list, or one text with several separated by spaces or commas. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return value.split(/[\s,]+/).filter((text) => text !== '');
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function isGiven(value: unknown, wanted: string | undefined): boolean {
  if (wanted === undefined) return value === true;
  return value === wanted || (Array.isArray(value) && value.includes(wanted));
}
