/** The paths that let somebody in. Whoever has a link to join or to reset a password can use it, once. */

/** Where a sign-in with the provider begins. */
export const PROVIDER_PATH = '/sign-in/provider';

const JOIN_PATH = '/join';
const RESET_PATH = '/reset-password';

/** The routes that the links lead to. */
export const JOIN_ROUTE = `${JOIN_PATH}/:Secret`;
export const RESET_ROUTE = `${RESET_PATH}/:Secret`;

/** Where the person goes whom an invitation is for. */
export function joinPath(secret: string): string {
  return `${JOIN_PATH}/${secret}`;
}

/** Where a person goes to set another password. */
export function resetPath(secret: string): string {
  return `${RESET_PATH}/${secret}`;
}

/** Signs in with the provider and comes back; with `isAgain`, whoever is signed in there shows again who they are. */
export function providerPath(returnTo: string, { isAgain = false } = {}): string {
  const query = new URLSearchParams({ return_to: returnTo, ...(isAgain && { again: 'yes' }) });
  return `${PROVIDER_PATH}?${query.toString()}`;
}
