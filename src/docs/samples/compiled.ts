/** Samples for Twilio's libraries in Go, Java and C#, which have a type for each resource. */

import { type Call, camelCase, type Field, literal, pascalCase } from './call.ts';

/** The module github.com/twilio/twilio-go. */
export function go(call: Call): string {
  const { action, resource, sid, form } = call;
  const name = camelCase(resource);
  const type = `${action}${resource}Params`;
  // The library has no parameters for this one.
  const hasParameters = !(action === 'Fetch' && resource === 'Account');
  const passed = [
    ...(sid === undefined ? [] : [literal(sid)]),
    ...(hasParameters ? ['params'] : []),
  ].join(', ');
  const shows = pascalCase(call.shows);
  const request = `client.Api.${action}${resource}(${passed})`;
  return [
    'package main',
    '',
    'import (',
    ...(action === 'Delete' ? [] : ['\t"fmt"']),
    '\t"log"',
    '',
    '\t"github.com/twilio/twilio-go"',
    ...(hasParameters ? ['\tapi "github.com/twilio/twilio-go/rest/api/v2010"'] : []),
    ')',
    '',
    'func main() {',
    '\t// It reads TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.',
    '\tclient := twilio.NewRestClient()',
    ...(hasParameters ? [`\tparams := &api.${type}{}`] : []),
    ...(action === 'List' ? ['\tparams.SetLimit(20)'] : []),
    ...form.map(({ name: field, value }) => `\tparams.Set${field}(${literal(value, goList)})`),
    '',
    ...(action === 'Delete'
      ? [`\tif err := ${request}; err != nil {`, '\t\tlog.Fatal(err)', '\t}']
      : [
          `\t${name}${action === 'List' ? 's' : ''}, err := ${request}`,
          '\tif err != nil {',
          '\t\tlog.Fatal(err)',
          '\t}',
          ...(action === 'List'
            ? [`\tfor _, ${name} := range ${name}s {`, `\t\tfmt.Println(*${name}.${shows})`, '\t}']
            : [`\tfmt.Println(*${name}.${shows})`]),
        ]),
    '}',
  ].join('\n');
}

const goList = (items: string) => `[]string{${items}}`;

const BUILDERS = {
  List: ['reader', 'read'],
  Fetch: ['fetcher', 'fetch'],
  Create: ['creator', 'create'],
  Update: ['updater', 'update'],
  Delete: ['deleter', 'delete'],
} as const;

/** The artifact com.twilio.sdk:twilio. */
export function java(call: Call): string {
  const { action, resource, sid, form } = call;
  const name = camelCase(resource);
  const [builder, verb] = BUILDERS[action];
  const setters = form.map(
    ({ name: field, value }) => `.set${field}(${javaValue(call, field, value)})`,
  );
  const chain = [
    `${resource}.${builder}(${sid === undefined ? '' : literal(sid)})`,
    ...(action === 'List' ? ['.limit(20)'] : setters),
    `.${verb}()`,
  ];
  const request = chain.join(setters.length > 0 ? '\n            ' : '');
  const getter = `get${pascalCase(call.shows)}()`;
  return [
    'import com.twilio.Twilio;',
    `import com.twilio.rest.api.v2010.${resource === 'Account' ? '' : 'account.'}${resource};`,
    ...(form.some(({ value }) => typeof value !== 'string') ? ['import java.util.List;'] : []),
    '',
    'public class Example {',
    '    public static void main(String[] args) {',
    '        Twilio.init(System.getenv("TWILIO_ACCOUNT_SID"), System.getenv("TWILIO_AUTH_TOKEN"));',
    ...(action === 'Delete'
      ? [`        ${request};`]
      : action === 'List'
        ? [
            `        for (${resource} ${name} : ${request}) {`,
            `            System.out.println(${name}.${getter});`,
            '        }',
          ]
        : [
            `        ${resource} ${name} = ${request};`,
            `        System.out.println(${name}.${getter});`,
          ]),
    '    }',
    '}',
  ].join('\n');
}

/** A list holds members of an enumeration, which is named for one item of it. */
function javaValue({ resource }: Call, field: string, value: Field['value']): string {
  if (typeof value === 'string') return literal(value);
  const members = value.map(
    (item) => `${resource}.${singular(field)}.${item.toUpperCase().replaceAll('-', '_')}`,
  );
  return `List.of(${members.join(', ')})`;
}

/** The package Twilio of NuGet. */
export function csharp(call: Call): string {
  const { action, resource, sid, form } = call;
  const name = camelCase(resource);
  const type = `${resource}Resource`;
  const verb = action === 'List' ? 'Read' : action;
  const passed = [
    ...(sid === undefined ? [] : [literal(sid)]),
    ...(action === 'List' ? ['limit: 20'] : []),
    ...form.map(
      ({ name: field, value }) => `${camelCase(field)}: ${csharpValue(type, field, value)}`,
    ),
  ];
  const isLong = passed.join(', ').length > 60;
  const request = `await ${type}.${verb}Async(${isLong ? '\n    ' : ''}${passed.join(isLong ? ',\n    ' : ', ')})`;
  const shows = pascalCase(call.shows);
  return [
    'using System;',
    ...(form.some(({ value }) => typeof value !== 'string')
      ? ['using System.Collections.Generic;']
      : []),
    'using Twilio;',
    `using Twilio.Rest.Api.V2010${resource === 'Account' ? '' : '.Account'};`,
    '',
    'TwilioClient.Init(',
    '    Environment.GetEnvironmentVariable("TWILIO_ACCOUNT_SID"),',
    '    Environment.GetEnvironmentVariable("TWILIO_AUTH_TOKEN"));',
    '',
    ...(action === 'Delete'
      ? [`${request};`]
      : action === 'List'
        ? [`foreach (var ${name} in ${request}) {`, `    Console.WriteLine(${name}.${shows});`, '}']
        : [`var ${name} = ${request};`, `Console.WriteLine(${name}.${shows});`]),
  ].join('\n');
}

function csharpValue(type: string, field: string, value: Field['value']): string {
  if (typeof value === 'string') return literal(value);
  const choice = `${type}.${singular(field)}Enum`;
  const members = value.map((item) => `        ${choice}.${pascalCase(item)},`);
  return [`new List<${choice}> {`, ...members, '    }'].join('\n');
}

const singular = (name: string) => name.replace(/s$/, '');
