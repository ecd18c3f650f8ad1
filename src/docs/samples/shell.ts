/** Samples for a shell: curl, and Twilio's command line. */

import { type Call, type Field, kebabCase } from './call.ts';

/** curl asks the server itself, as it can be told where that is. */
export function curl({ method, path, form }: Call, origin: string): string {
  const options = form.flatMap(({ name, value }) =>
    itemsOf(value).map((item) => `--data-urlencode ${quote(`${name}=${item}`)}`),
  );
  return [
    `curl${method === 'DELETE' ? ' -X DELETE' : ''} ${quote(origin + path)}`,
    ...options,
    '-u "$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN"',
  ].join(' \\\n  ');
}

const COMMANDS = {
  List: 'list',
  Fetch: 'fetch',
  Create: 'create',
  Update: 'update',
  Delete: 'remove',
};

/** twilio-cli. */
export function twilioCli({ action, resource, sid, shows, form }: Call): string {
  const options = form.flatMap(({ name, value }) =>
    itemsOf(value).map((item) => `--${kebabCase(name)} ${quote(item)}`),
  );
  // It creates a NewKey among the keys.
  const topic = kebabCase(resource.replace(/^New/, ''));
  return [
    `twilio api:core:${topic}s:${COMMANDS[action]}`,
    ...(sid === undefined ? [] : [`--${shows.replaceAll('_', '-')} ${sid}`]),
    ...options,
  ].join(' \\\n  ');
}

const itemsOf = (value: Field['value']) => (typeof value === 'string' ? [value] : value);

/** An argument of a shell, in quotes where it needs them. */
function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
