/**
 * The same request in each language: an app fetches itself, then acts for a customer. The libraries' own calls;
 * test/console/code.test.ts runs or parses every one of them.
 */

export const LANGUAGES = [
  ['curl', 'curl'],
  ['node', 'Node.js'],
  ['python', 'Python'],
  ['ruby', 'Ruby'],
  ['php', 'PHP'],
  ['go', 'Go'],
  ['java', 'Java'],
  ['csharp', 'C#'],
  ['cli', 'twilio-cli'],
] as const;

export type Language = (typeof LANGUAGES)[number][0];

export interface Sample {
  /** How to install the library; undefined where there is nothing to install. */
  install?: string;
  /** The file that the code belongs in, and how it is run there. */
  file?: string;
  command: string;
  code: string;
  /** Whether the code names our own address, so that it needs no `exec`. */
  isDirect?: boolean;
}

export interface SampleValues {
  /** Of this server, as the browser sees it. */
  origin: string;
  accountSid: string;
  connectAppSid: string;
}

/** The sample of a language, with SIDs filled in. Tokens stay in the environment. */
export function sampleOf(
  language: Language,
  { origin, accountSid, connectAppSid: app }: SampleValues,
): Sample {
  switch (language) {
    case 'curl':
      return {
        command: 'sh app.sh',
        file: 'app.sh',
        isDirect: true,
        code: `# The app itself
curl "${origin}/2010-04-01/Accounts/${accountSid}/ConnectApps/${app}.json" \\
  -u "${accountSid}:$TWILIO_AUTH_TOKEN"

# For a customer: the AccountSid that came to your Authorize URL, with your own token
curl "${origin}/2010-04-01/Accounts/$CUSTOMER_SID.json" \\
  -u "$CUSTOMER_SID:$TWILIO_AUTH_TOKEN"
`,
      };
    case 'node':
      return {
        install: 'npm install twilio',
        file: 'app.js',
        command: 'node app.js',
        code: `const { env } = require('node:process');
const twilio = require('twilio');

const { TWILIO_AUTH_TOKEN, CUSTOMER_SID } = env;

async function main() {
  // The app itself
  const own = twilio('${accountSid}', TWILIO_AUTH_TOKEN);
  const app = await own.connectApps('${app}').fetch();
  console.log(app.friendlyName);

  // For a customer: the AccountSid that came to your Authorize URL, with your own token
  if (CUSTOMER_SID) {
    const account = await twilio(CUSTOMER_SID, TWILIO_AUTH_TOKEN).api.v2010.account.fetch();
    console.log(account.friendlyName);
  }
}

main();
`,
      };
    case 'python':
      return {
        install: 'pip install twilio',
        file: 'app.py',
        command: 'python app.py',
        code: `import os
from twilio.rest import Client

token = os.environ["TWILIO_AUTH_TOKEN"]

# The app itself
own = Client("${accountSid}", token)
app = own.connect_apps("${app}").fetch()
print(app.friendly_name)

# For a customer: the AccountSid that came to your Authorize URL, with your own token
customer_sid = os.environ.get("CUSTOMER_SID")
if customer_sid:
    account = Client(customer_sid, token).api.v2010.account.fetch()
    print(account.friendly_name)
`,
      };
    case 'ruby':
      return {
        install: 'gem install twilio-ruby',
        file: 'app.rb',
        command: 'ruby app.rb',
        code: `require 'twilio-ruby'

token = ENV.fetch('TWILIO_AUTH_TOKEN')

# The app itself
own = Twilio::REST::Client.new('${accountSid}', token)
puts own.api.v2010.connect_apps('${app}').fetch.friendly_name

# For a customer: the AccountSid that came to your Authorize URL, with your own token
if ENV['CUSTOMER_SID']
  customer = Twilio::REST::Client.new(ENV['CUSTOMER_SID'], token)
  puts customer.api.v2010.account.fetch.friendly_name
end
`,
      };
    case 'php':
      return {
        install: 'composer require twilio/sdk',
        file: 'app.php',
        command: 'php app.php',
        code: `<?php
require_once __DIR__ . '/vendor/autoload.php';

use Twilio\\Rest\\Client;

$token = getenv('TWILIO_AUTH_TOKEN');

// The app itself
$own = new Client('${accountSid}', $token);
echo $own->connectApps('${app}')->fetch()->friendlyName, "\\n";

// For a customer: the AccountSid that came to your Authorize URL, with your own token
$customerSid = getenv('CUSTOMER_SID');
if ($customerSid) {
    $customer = new Client($customerSid, $token);
    echo $customer->api->v2010->account->fetch()->friendlyName, "\\n";
}
`,
      };
    default:
      return compiledSampleOf(language, accountSid, app);
  }
}

function compiledSampleOf(
  language: 'go' | 'java' | 'csharp' | 'cli',
  accountSid: string,
  app: string,
): Sample {
  switch (language) {
    case 'go':
      return {
        install: 'go get github.com/twilio/twilio-go',
        file: 'main.go',
        command: 'go run .',
        code: `package main

import (
	"fmt"
	"log"
	"os"

	"github.com/twilio/twilio-go"
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

func main() {
	token := os.Getenv("TWILIO_AUTH_TOKEN")

	// The app itself
	own := twilio.NewRestClientWithParams(twilio.ClientParams{
		Username: "${accountSid}", Password: token,
	})
	app, err := own.Api.FetchConnectApp("${app}", &api.FetchConnectAppParams{})
	if err != nil {
		log.Fatal(err)
	}
	if app.FriendlyName != nil {
		fmt.Println(*app.FriendlyName)
	}

	// For a customer: the AccountSid that came to your Authorize URL, with your own token
	if sid := os.Getenv("CUSTOMER_SID"); sid != "" {
		customer := twilio.NewRestClientWithParams(twilio.ClientParams{
			Username: sid, Password: token,
		})
		account, err := customer.Api.FetchAccount(sid)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(*account.FriendlyName)
	}
}
`,
      };
    case 'java':
      return {
        install: 'com.twilio.sdk:twilio, with Maven or Gradle',
        file: 'App.java',
        command: 'java -cp twilio.jar App.java',
        code: `import com.twilio.Twilio;
import com.twilio.rest.api.v2010.Account;
import com.twilio.rest.api.v2010.account.ConnectApp;

public class App {
    public static void main(String[] args) {
        String token = System.getenv("TWILIO_AUTH_TOKEN");

        // The app itself
        Twilio.init("${accountSid}", token);
        ConnectApp app = ConnectApp.fetcher("${app}").fetch();
        System.out.println(app.getFriendlyName());

        // For a customer: the AccountSid that came to your Authorize URL, with your own token
        String customerSid = System.getenv("CUSTOMER_SID");
        if (customerSid != null) {
            Twilio.init(customerSid, token);
            System.out.println(Account.fetcher().fetch().getFriendlyName());
        }
    }
}
`,
      };
    case 'csharp':
      return {
        install: 'dotnet add package Twilio',
        file: 'Program.cs',
        command: 'dotnet run',
        code: `using System;
using Twilio;
using Twilio.Rest.Api.V2010;
using Twilio.Rest.Api.V2010.Account;

var token = Environment.GetEnvironmentVariable("TWILIO_AUTH_TOKEN");

// The app itself
TwilioClient.Init("${accountSid}", token);
var app = await ConnectAppResource.FetchAsync("${app}");
Console.WriteLine(app.FriendlyName);

// For a customer: the AccountSid that came to your Authorize URL, with your own token
var customerSid = Environment.GetEnvironmentVariable("CUSTOMER_SID");
if (customerSid != null) {
    TwilioClient.Init(customerSid, token);
    Console.WriteLine((await AccountResource.FetchAsync()).FriendlyName);
}
`,
      };
    case 'cli':
      return {
        install: 'npm install --global twilio-cli',
        file: 'app.sh',
        command: 'sh app.sh',
        code: `# The app itself
export TWILIO_ACCOUNT_SID=${accountSid}
twilio api:core:connect-apps:fetch --sid ${app}
`,
      };
  }
}
