/** The URLs of the API as tests name them. Each ends in .json unless another extension is given. */

/** The list of accounts. */
export function accountsPath(extension = '.json'): string {
  return `/2010-04-01/Accounts${extension}`;
}

/** One account. */
export function accountPath(accountSid: string, extension = '.json'): string {
  return `/2010-04-01/Accounts/${accountSid}${extension}`;
}

/** The Connect Apps of one account. */
export function connectAppsPath(accountSid: string, extension = '.json'): string {
  return `/2010-04-01/Accounts/${accountSid}/ConnectApps${extension}`;
}

/** One Connect App. */
export function connectAppPath(accountSid: string, sid: string, extension = '.json'): string {
  return `/2010-04-01/Accounts/${accountSid}/ConnectApps/${sid}${extension}`;
}
