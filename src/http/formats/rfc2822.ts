/** A time as RFC 2822 writes it, such as `Thu, 30 Jul 2015 20:00:00 +0000`. */
export function rfc2822(time: number): string {
  return new Date(time).toUTCString().replace('GMT', '+0000');
}
