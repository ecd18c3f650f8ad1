/** Values as they are on the wire, in every format. */

/** A value on the wire. */
export type WireValue =
  | string
  | number
  | boolean
  | null
  | readonly string[]
  | { readonly [name: string]: WireValue };

/** One item, with the names of the wire. */
export type WireItem = Readonly<Record<string, WireValue>>;

/** A time as RFC 2822 writes it, such as `Thu, 30 Jul 2015 20:00:00 +0000`. */
export function rfc2822(time: number): string {
  return new Date(time).toUTCString().replace('GMT', '+0000');
}
