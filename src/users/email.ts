/** E-mail addresses of users: the one form in which they are stored, looked up and limited. */

/** RFC 5321, section 4.5.3.1.3. */
const MAX_EMAIL_LENGTH = 254;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it refuses
const ADDRESS = /^[^\s@\u0000-\u001f]+@[^\s@\u0000-\u001f]+$/;

/**
 * The address that a typed text means: without the spaces of any script around it, in lower case. All
 * comparisons of addresses use this form.
 */
export function canonicalEmail(text: string): string {
  return text.trim().toLowerCase();
}

/** Whether a canonical text can be an address. Anything else belongs to nobody. */
export function isEmail(email: string): boolean {
  return email.length <= MAX_EMAIL_LENGTH && ADDRESS.test(email);
}
