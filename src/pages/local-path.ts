/** Links that came from outside and lead back to a page of ours. */

/** The text if it is a path of this server, else `otherwise`: nobody is sent elsewhere from here. */
export function localPath(text: string | undefined, otherwise: string): string {
  const isLocal = text !== undefined && /^\/(?![/\\])[\x21-\x7e]*$/.test(text);
  return isLocal && !text.includes('\\') ? text : otherwise;
}
