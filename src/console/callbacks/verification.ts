/** How a receiver checks a callback, in each language: the vendor's own validators, and openssl. */

import type { Language } from '../apps/samples.ts';

export interface VerificationValues {
  method: 'GET' | 'POST';
  /** As it is called: of a GET with the query. */
  url: string;
  /** What the signature is of. */
  signed: string;
  parameters: Readonly<Record<string, string>>;
}

/**
 * Code that checks this callback; the token and the value of X-Twilio-Signature are in the environment.
 * test/console/verification.test.ts runs or parses each.
 */
export function verificationOf(language: Language, values: VerificationValues): string {
  const { method, url, signed } = values;
  // The parameters of a GET are part of its URL.
  const pairs = method === 'POST' ? Object.entries(values.parameters) : [];
  const list = (pair: (name: string, value: string) => string) =>
    pairs.map(([name, value]) => pair(name, value)).join(', ');
  switch (language) {
    case 'node':
      return `const { env } = require('node:process');
const twilio = require('twilio');

const url = ${quoted(url)};
const parameters = ${method === 'POST' ? `{ ${list((name, value) => `${name}: ${inJavaScript(value)}`)} }` : '{}'};
const { TWILIO_AUTH_TOKEN, SIGNATURE } = env;
console.log(twilio.validateRequest(TWILIO_AUTH_TOKEN, SIGNATURE, url, parameters));
`;
    case 'python':
      return `import os
from twilio.request_validator import RequestValidator

url = ${doubleQuoted(url)}
parameters = {${list((name, value) => `${doubleQuoted(name)}: ${doubleQuoted(value)}`)}}
validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
print(validator.validate(url, parameters, os.environ["SIGNATURE"]))
`;
    case 'ruby':
      return `require 'twilio-ruby'

url = ${quoted(url)}
parameters = {${list((name, value) => `${quoted(name)} => ${quoted(value)}`)}}
validator = Twilio::Security::RequestValidator.new(ENV.fetch('TWILIO_AUTH_TOKEN'))
puts validator.validate(url, parameters, ENV.fetch('SIGNATURE'))
`;
    case 'php':
      return `<?php
require_once __DIR__ . '/vendor/autoload.php';

$url = ${quoted(url)};
$parameters = [${list((name, value) => `${quoted(name)} => ${quoted(value)}`)}];
$validator = new Twilio\\Security\\RequestValidator(getenv('TWILIO_AUTH_TOKEN'));
var_dump($validator->validate(getenv('SIGNATURE'), $url, $parameters));
`;
    case 'go':
      return `package main

import (
	"fmt"
	"os"

	"github.com/twilio/twilio-go/client"
)

func main() {
	url := ${doubleQuoted(url)}
	parameters := map[string]string{${list((name, value) => `${doubleQuoted(name)}: ${doubleQuoted(value)}`)}}
	validator := client.NewRequestValidator(os.Getenv("TWILIO_AUTH_TOKEN"))
	fmt.Println(validator.Validate(url, parameters, os.Getenv("SIGNATURE")))
}
`;
    case 'java':
      return `import com.twilio.security.RequestValidator;
import java.util.Map;

public class Check {
    public static void main(String[] args) {
        String url = ${doubleQuoted(url)};
        Map<String, String> parameters = Map.ofEntries(${list((name, value) => `Map.entry(${doubleQuoted(name)}, ${doubleQuoted(value)})`)});
        RequestValidator validator = new RequestValidator(System.getenv("TWILIO_AUTH_TOKEN"));
        System.out.println(validator.validate(url, parameters, System.getenv("SIGNATURE")));
    }
}
`;
    case 'csharp':
      return `using System;
using System.Collections.Generic;
using Twilio.Security;

var url = ${doubleQuoted(url)};
var parameters = new Dictionary<string, string> { ${list((name, value) => `[${doubleQuoted(name)}] = ${doubleQuoted(value)}`)} };
var validator = new RequestValidator(Environment.GetEnvironmentVariable("TWILIO_AUTH_TOKEN"));
Console.WriteLine(validator.Validate(url, parameters, Environment.GetEnvironmentVariable("SIGNATURE")));
`;
    case 'curl':
    case 'cli':
      return `printf %s ${shellQuoted(signed)} |
  openssl dgst -sha1 -hmac "$TWILIO_AUTH_TOKEN" -binary | base64
`;
  }
}

/** As Ruby and PHP read it: a line break stays one. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function inJavaScript(text: string): string {
  return quoted(text).replaceAll('\n', '\\n').replaceAll('\r', '\\r');
}

function doubleQuoted(text: string): string {
  // The escapes of JSON are those of Python, Go, Java and C#, too.
  return JSON.stringify(text);
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
