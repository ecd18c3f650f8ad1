/** Samples for Twilio's libraries in Node.js, Python, Ruby and PHP, which are called much alike. */

import { type Call, camelCase, literal, pascalCase, snakeCase } from './call.ts';

/** The library of npm. */
export function node(call: Call): string {
  const name = camelCase(call.resource);
  const resource = call.resource === 'Account' ? 'api.v2010.accounts' : `${name}s`;
  const options = call.form.map((field) => `${camelCase(field.name)}: ${literal(field.value)}`);
  return [
    'import { env } from "node:process";',
    'import twilio from "twilio";',
    '',
    'const client = twilio(env.TWILIO_ACCOUNT_SID, env.TWILIO_AUTH_TOKEN);',
    '',
    ...written(call, {
      list: [
        `const ${name}s = await client.${resource}.list({ limit: 20 });`,
        `for (const ${name} of ${name}s) console.log(${name}.${camelCase(pascalCase(call.shows))});`,
      ],
      remove: [`await client.${resource}${item(call)}.remove();`],
      other: (method) => [
        `const ${name} = await client.${resource}${item(call)}.${method}(${group(options, '{', '}')});`,
        `console.log(${name}.${camelCase(pascalCase(call.shows))});`,
      ],
    }),
  ].join('\n');
}

/** The library of PyPI. */
export function python(call: Call): string {
  const name = snakeCase(call.resource);
  const resource = call.resource === 'Account' ? 'api.v2010.accounts' : `${name}s`;
  const options = call.form.map((field) => `${snakeCase(field.name)}=${literal(field.value)}`);
  return [
    'import os',
    '',
    'from twilio.rest import Client',
    '',
    'client = Client(os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"])',
    '',
    ...written(call, {
      list: [
        `for ${name} in client.${resource}.list(limit=20):`,
        `    print(${name}.${call.shows})`,
      ],
      remove: [`client.${resource}${item(call)}.delete()`],
      other: (method) => [
        `${name} = client.${resource}${item(call)}.${method}${call.form.length === 0 ? '()' : group(options, '(', ')')}`,
        `print(${name}.${call.shows})`,
      ],
    }),
  ].join('\n');
}

/** The library of RubyGems. */
export function ruby(call: Call): string {
  const name = snakeCase(call.resource);
  const resource = `client.api.v2010.${name}s`;
  const options = call.form.map((field) => `${snakeCase(field.name)}: ${literal(field.value)}`);
  return [
    'require "twilio-ruby"',
    '',
    'client = Twilio::REST::Client.new(ENV["TWILIO_ACCOUNT_SID"], ENV["TWILIO_AUTH_TOKEN"])',
    '',
    ...written(call, {
      list: [`${resource}.list(limit: 20).each { |${name}| puts ${name}.${call.shows} }`],
      remove: [`${resource}${item(call)}.delete`],
      other: (method) => [
        `${name} = ${resource}${item(call)}.${method}${group(options, '(', ')')}`,
        `puts ${name}.${call.shows}`,
      ],
    }),
  ].join('\n');
}

/** The library of Packagist. */
export function php(call: Call): string {
  const name = camelCase(call.resource);
  const resource = `$twilio->${call.resource === 'Account' ? 'api->v2010->accounts' : `${name}s`}`;
  const shows = camelCase(pascalCase(call.shows));
  const options = call.form.map((field) => `"${camelCase(field.name)}" => ${literal(field.value)}`);
  return [
    '<?php',
    'require_once "vendor/autoload.php";',
    '',
    'use Twilio\\Rest\\Client;',
    '',
    '$twilio = new Client(getenv("TWILIO_ACCOUNT_SID"), getenv("TWILIO_AUTH_TOKEN"));',
    '',
    ...written(call, {
      list: [
        `foreach (${resource}->read(${call.resource === 'Account' ? '[], ' : ''}20) as $${name}) {`,
        `    echo $${name}->${shows}, "\\n";`,
        '}',
      ],
      remove: [`${resource}${item(call)}->delete();`],
      other: (method) => [
        `$${name} = ${resource}${item(call)}->${method}(${group(options, '[', ']')});`,
        `echo $${name}->${shows}, "\\n";`,
      ],
    }),
  ].join('\n');
}

interface Ways {
  list: readonly string[];
  remove: readonly string[];
  other(method: string): readonly string[];
}

function written({ action }: Call, ways: Ways): readonly string[] {
  switch (action) {
    case 'List':
      return ways.list;
    case 'Delete':
      return ways.remove;
    default:
      return ways.other(action.toLowerCase());
  }
}

const item = ({ sid }: Call) => (sid === undefined ? '' : `(${literal(sid)})`);

/** Options between brackets; several have a line each. */
function group(options: readonly string[], open: string, close: string): string {
  if (options.length < 2) return options.length === 0 ? '' : open + options.join() + close;
  return [open, ...options.map((option) => `    ${option},`), close].join('\n');
}
