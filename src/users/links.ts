/** The paths of links that let somebody in: whoever has one can use it, once. */

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
