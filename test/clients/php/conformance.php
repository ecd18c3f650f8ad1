<?php

/*
 * All that Twilio's PHP library can do with ConnectApps, AuthorizedConnectApps and Accounts, and
 * what a Connect App does with phone numbers, messages and calls. It runs on what scene.ts prepares,
 * and changes and deletes CONNECT_APP_SID. With the argument `strict` it checks what a strict server
 * refuses instead; with `away`, what a server says that has lost its database.
 */

require_once __DIR__ . '/vendor/autoload.php';

use Twilio\Exceptions\RestException;
use Twilio\Http\CurlClient;
use Twilio\Rest\Client;
use Twilio\Security\RequestValidator;

define('ACCOUNT_SID', getenv('TWILIO_ACCOUNT_SID'));
define('AUTH_TOKEN', getenv('TWILIO_AUTH_TOKEN'));
define('APP_SID', getenv('CONNECT_APP_SID'));
define('LIST_URL', 'https://api.twilio.com/2010-04-01/Accounts/' . ACCOUNT_SID . '/ConnectApps.json');
define('UNKNOWN_APP_SID', 'CN' . str_repeat('f', 32));
define('UNKNOWN_ACCOUNT_SID', 'AC' . str_repeat('f', 32));
const TO = '+15558675310';
const TEXT = "שלום e\u{301} 👩🏽\u{200d}🚀 \"q\" <b>&amp;</b> 100% + 1; a=b";

$client = new Client(ACCOUNT_SID, AUTH_TOKEN);
$failed = false;

function check(string $name, callable $run): void
{
    global $failed;
    try {
        $run();
        echo "ok $name\n";
    } catch (Throwable $error) {
        $failed = true;
        echo "not ok $name: ", strtr($error->getMessage(), "\n", ' '), "\n";
    }
}

function same(mixed $actual, mixed $expected): void
{
    if ($actual !== $expected) {
        throw new Exception(json_encode($actual) . ' is not ' . json_encode($expected));
    }
}

/** `$call` must throw the library's own exception, with all three. */
function refused(int $status, int $code, string $message, callable $call): void
{
    try {
        $call();
    } catch (RestException $error) {
        same([$error->getStatusCode(), $error->getCode()], [$status, $code]);
        if (!str_contains($error->getMessage(), $message)) {
            throw new Exception("$message is not in {$error->getMessage()}");
        }
        return;
    }
    throw new Exception('it was not refused');
}

function sids(iterable $records): array
{
    $sids = [];
    foreach ($records as $record) {
        $sids[] = $record->sid;
    }
    return $sids;
}

function listApps(Client $client): void
{
    $apps = $client->connectApps;
    $all = sids($apps->read());

    check('fetches an app', function () use ($client) {
        $app = $client->connectApps(APP_SID)->fetch();
        same([$app->sid, $app->accountSid], [APP_SID, ACCOUNT_SID]);
        same($app->uri, '/2010-04-01/Accounts/' . ACCOUNT_SID . '/ConnectApps/' . APP_SID . '.json');
    });

    check('lists without a limit', function () use ($all) {
        same(count(array_unique($all)), 7);
        same(in_array(APP_SID, $all), true);
    });

    check('lists up to a limit', fn () => same(sids($apps->read(2)), array_slice($all, 0, 2)));

    check('lists up to a limit over 1000', fn () => same(sids($apps->read(2000)), $all));

    check('lists with a page size', function () use ($apps, $all) {
        same(sids($apps->read(null, 3)), $all);
        same(sids($apps->read(5, 3)), array_slice($all, 0, 5));
    });

    check('iterates lazily over three pages', fn () => same(sids($apps->stream(null, 3)), $all));

    check('turns to the next page and back', function () use ($apps, $all) {
        $first = $apps->page(3);
        same($first->getPreviousPageUrl(), null);
        $second = $first->nextPage();
        same(sids($second), array_slice($all, 3, 3));
        $third = $second->nextPage();
        same(sids($third), array_slice($all, 6));
        same($third->getNextPageUrl(), null);
        same(sids($second->previousPage()), array_slice($all, 0, 3));
    });

    check('opens a page by its link', function () use ($apps, $all) {
        $link = $apps->page(3)->getNextPageUrl();
        same(sids($apps->getPage($link)), array_slice($all, 3, 3));
    });
}

function updateApp(Client $client): void
{
    $app = $client->connectApps(APP_SID);
    $changes = [
        'authorizeRedirectUrl' => 'https://app.example.com/back?a=1&b=%20',
        'companyName' => 'Example & Sons',
        'deauthorizeCallbackMethod' => 'POST',
        'deauthorizeCallbackUrl' => 'https://app.example.com/bye',
        'description' => 'What it does',
        'friendlyName' => str_repeat('🎉', 64),
        'homepageUrl' => 'https://app.example.com/',
        'permissions' => ['get-all'],
    ];
    foreach ($changes as $property => $value) {
        check('updates ' . ucfirst($property), function () use ($app, $property, $value) {
            same($app->update([$property => $value])->$property, $value);
            same($app->fetch()->$property, $value);
        });
    }

    check('updates all properties at once', function () use ($app, $changes) {
        $app->update(['description' => 'Another', 'permissions' => ['post-all']]);
        $updated = $app->update($changes);
        foreach ($changes as $property => $value) {
            same($updated->$property, $value);
        }
    });

    check('puts permissions in their order', function () use ($app) {
        foreach ([['post-all', 'get-all'], ['get-all', 'post-all']] as $permissions) {
            same($app->update(['permissions' => $permissions])->permissions, ['get-all', 'post-all']);
        }
    });

    check('clears a text', function () use ($app) {
        $cleared = $app->update(['description' => '']);
        same([$cleared->description, $cleared->companyName], [null, 'Example & Sons']);
    });

    check('clears a URL', fn () => same($app->update(['homepageUrl' => ''])->homepageUrl, null));

    check('keeps every character', function () use ($app) {
        same($app->update(['description' => TEXT])->description, TEXT);
        same($app->fetch()->description, TEXT);
    });
}

function refuseRequests(Client $client): void
{
    $app = $client->connectApps(APP_SID);
    $apps = $client->connectApps;
    $wrong = new Client(ACCOUNT_SID, str_repeat('f', 32));
    $unknown = new Client(UNKNOWN_ACCOUNT_SID, AUTH_TOKEN);
    $elsewhere = $client->api->v2010->accounts(UNKNOWN_ACCOUNT_SID);

    /** What must be refused, with which status, code and message. */
    $refusals = [
        ['refuses a wrong token', 401, 20003, 'Authenticate',
            fn () => $wrong->connectApps(APP_SID)->fetch()],
        ['refuses a wrong token on a list', 401, 20003, 'Authenticate',
            fn () => $wrong->connectApps->read()],
        ['refuses an unknown account', 401, 20003, 'Authenticate',
            fn () => $unknown->connectApps->read()],
        ['does not find an unknown app', 404, 20404, '/ConnectApps/' . UNKNOWN_APP_SID . '.json was not found',
            fn () => $client->connectApps(UNKNOWN_APP_SID)->fetch()],
        ['does not find a malformed SID', 404, 20404, '/ConnectApps/CN1.json was not found',
            fn () => $client->connectApps('CN1')->fetch()],
        ["does not find another account's apps", 404, 20404, 'was not found',
            fn () => $elsewhere->connectApps->read()],
        ['refuses an empty friendly name', 400, 20002, 'Invalid FriendlyName',
            fn () => $app->update(['friendlyName' => ''])],
        ['refuses a long friendly name', 400, 20002, 'Invalid FriendlyName',
            fn () => $app->update(['friendlyName' => str_repeat('x', 65)])],
        ['refuses a URL that is not one', 400, 20422, 'HomepageUrl',
            fn () => $app->update(['homepageUrl' => 'nonsense'])],
        ['refuses a method other than GET and POST', 400, 20422, 'DeauthorizeCallbackMethod',
            fn () => $app->update(['deauthorizeCallbackMethod' => 'PUT'])],
        ['refuses an unknown permission', 400, 20422, 'Permissions',
            fn () => $app->update(['permissions' => ['put-all']])],
        ['refuses a page size of 0', 400, 20422, 'PageSize',
            // page(0) sends no PageSize.
            fn () => $apps->getPage(LIST_URL . '?PageSize=0')],
        ['refuses a page token that it did not give', 400, 21481, 'Invalid PageToken',
            fn () => $apps->page(3, 'nonsense')],
        ['refuses a request that is too large', 413, 20413, '',
            fn () => $app->update(['description' => str_repeat('x', 200_000)])],
    ];
    foreach ($refusals as [$name, $status, $code, $message, $call]) {
        check($name, fn () => refused($status, $code, $message, $call));
    }
}

function useAccounts(Client $client): void
{
    $api = $client->api->v2010;

    check('tests the certificate', fn () => $client->validateSslCertificate(new CurlClient()));

    check('fetches the account', function () use ($api) {
        $account = $api->accounts(ACCOUNT_SID)->fetch();
        same([$account->sid, $account->status, $account->type], [ACCOUNT_SID, 'active', 'Full']);
    });

    $child = $api->accounts->create(['friendlyName' => 'Child of PHP']);
    $asChild = new Client($child->sid, $child->authToken);

    check('creates a subaccount', function () use ($child, $asChild) {
        same([$child->ownerAccountSid, $child->status], [ACCOUNT_SID, 'active']);
        same($asChild->connectApps->read(), []);
    });

    check('lists accounts', fn () =>
        same(array_diff([ACCOUNT_SID, $child->sid], sids($api->accounts->read())), []));

    check('lists accounts by name', fn () =>
        same(sids($api->accounts->read(['friendlyName' => 'Child of PHP'])), [$child->sid]));

    check('renames a subaccount', fn () =>
        same($api->accounts($child->sid)->update(['friendlyName' => TEXT])->friendlyName, TEXT));

    check("opens a subaccount's path with its parent's token", fn () =>
        same($api->accounts($child->sid)->connectApps->read(), []));

    check('refuses a suspended account', function () use ($api, $child, $asChild) {
        $api->accounts($child->sid)->update(['status' => 'suspended']);
        refused(403, 20005, 'Account not active', fn () => $asChild->connectApps->read());
    });

    check('refuses a closed account', function () use ($api, $child, $asChild) {
        $api->accounts($child->sid)->update(['status' => 'closed']);
        refused(401, 20003, 'Authenticate', fn () => $asChild->connectApps->read());
    });
}

function useAuthorizedApps(): void
{
    $account = getenv('CUSTOMER_SID');
    $customer = new Client($account, getenv('CUSTOMER_TOKEN'));
    $reader = new Client(getenv('READER_SID'), AUTH_TOKEN);
    $writer = new Client(getenv('WRITER_SID'), AUTH_TOKEN);
    $revoked = new Client(getenv('REVOKED_SID'), AUTH_TOKEN);
    $sidsOf = fn (array $apps) => array_map(fn ($app) => $app->connectAppSid, $apps);

    check('lists authorized apps', function () use ($customer, $sidsOf) {
        $apps = $customer->authorizedConnectApps;
        $all = $sidsOf($apps->read());
        same(count(array_unique($all)), 4);
        same($sidsOf($apps->read(2)), array_slice($all, 0, 2));
        same($sidsOf($apps->read(null, 1)), $all);
    });

    check('fetches an authorized app', function () use ($customer) {
        $app = $customer->authorizedConnectApps(getenv('READER_APP_SID'))->fetch();
        same([$app->accountSid, $app->permissions], [getenv('READER_SID'), ['get-all']]);
        same($app->connectAppFriendlyName, 'App 0');
    });

    check('does not find an app that was not authorized', fn () =>
        refused(404, 20404, 'was not found', fn () => $customer->authorizedConnectApps(APP_SID)->fetch()));

    check("reads its customer's account as an authorized app", function () use ($reader, $account) {
        $found = $reader->api->v2010->accounts($account)->fetch();
        same([$found->sid, $found->authToken], [$account, null]);
    });

    check('is refused without get-all', function () use ($writer, $account) {
        $other = $writer->api->v2010->accounts($account);
        refused(403, 20006, 'Access Denied', fn () => $other->fetch());
        refused(401, 20003, 'Authenticate', fn () => $other->connectApps->read());
    });

    check('is refused after a deauthorization', function () use ($revoked) {
        $own = $revoked->api->v2010->accounts(getenv('REVOKED_SID'));
        refused(403, 20006, 'Access Denied', fn () => $own->fetch());
        refused(401, 20003, 'Authenticate', fn () => $revoked->connectApps->read());
    });

    $validator = new RequestValidator(AUTH_TOKEN);
    check('validates a real POST callback', function () use ($validator) {
        $parameters = [
            'AccountSid' => getenv('CALLBACK_ACCOUNT_SID'),
            'ConnectAppSid' => getenv('CALLBACK_CONNECT_APP_SID'),
        ];
        $signature = getenv('CALLBACK_POST_SIGNATURE');
        same($validator->validate($signature, getenv('CALLBACK_POST_URL'), $parameters), true);
    });

    check('validates a real GET callback', fn () =>
        same($validator->validate(getenv('CALLBACK_GET_SIGNATURE'), getenv('CALLBACK_GET_URL'), []), true));
}

function meetFailures(): void
{
    $broken = new Client(getenv('BROKEN_SID'), getenv('BROKEN_TOKEN'));

    check('is told of a failure of the server', fn () =>
        refused(500, 20500, 'Internal Server Error', fn () =>
            $broken->api->v2010->accounts(getenv('BROKEN_SID'))->fetch()));
}

function meetLoss(Client $client): void
{
    check('is told that the database is away', fn () =>
        refused(503, 20503, 'Service Unavailable', fn () => $client->connectApps(APP_SID)->fetch()));
}

function validateCallbacks(): void
{
    $url = 'https://app.example.com/twilio/deauthorize';
    $signature = 'aFn3woBVSlAf3geDcx8j2NsFT38=';
    $parameters = ['AccountSid' => 'AC' . str_repeat('1', 32), 'ConnectAppSid' => 'CN' . str_repeat('2', 32)];
    $validator = new RequestValidator('0123456789abcdef0123456789abcdef');

    check('validates a POST callback', fn () =>
        same($validator->validate($signature, $url, $parameters), true));

    check('validates a GET callback', function () use ($validator, $url, $parameters) {
        $called = $url . '?' . http_build_query($parameters);
        same($validator->validate('lhlOUFlRjCaaNOVx84/7XX+/vZw=', $called, []), true);
    });

    check("validates Twilio's documented request", function () {
        $call = [
            'CallSid' => 'CA1234567890ABCDE',
            'Caller' => '+12349013030',
            'Digits' => '1234',
            'From' => '+12349013030',
            'To' => '+18005551212',
        ];
        $called = 'https://mycompany.com/myapp.php?foo=1&bar=2';
        $documented = new RequestValidator('12345');
        same($documented->validate('0/KCTR6DLpKmkAf8muzZqo1nDgQ=', $called, $call), true);
    });

    check('rejects a forged callback', function () use ($validator, $url, $parameters, $signature) {
        $forged = ['AccountSid' => UNKNOWN_ACCOUNT_SID] + $parameters;
        same($validator->validate($signature, $url, $forged), false);
    });
}

function useStandIns(Client $client): void
{
    $reader = new Client(getenv('READER_SID'), AUTH_TOKEN);

    act($client, 'as an account');
    act(new Client(getenv('WRITER_SID'), AUTH_TOKEN), 'as an app with post-all');

    check('reads messages as an app with get-all', function () use ($reader) {
        $customer = $reader->api->v2010->accounts(getenv('CUSTOMER_SID'));
        same([$reader->messages->read(), $customer->messages->read()], [[], []]);
    });

    check('does not act as an app with get-all', function () use ($reader) {
        $calls = [
            fn () => $reader->incomingPhoneNumbers->create(['areaCode' => '415']),
            fn () => $reader->messages->create(TO, ['from' => TO, 'body' => 'Hello']),
            fn () => $reader->calls->create(TO, TO, ['twiml' => '<Response/>']),
        ];
        foreach ($calls as $call) {
            refused(403, 20006, 'Access Denied', $call);
        }
    });

    $key = $client->newKeys->create(['friendlyName' => 'PHP']);
    $withKey = new Client($key->sid, $key->secret, ACCOUNT_SID);
    act($withKey, 'with an API key');

    check('refuses an API key for accounts', fn () =>
        refused(401, 20003, 'Authenticate', fn () => $withKey->api->v2010->accounts->read()));

    check('refuses a deleted API key', function () use ($client, $key, $withKey) {
        same($client->keys($key->sid)->delete(), true);
        refused(401, 20003, 'Authenticate', fn () => $withKey->messages->read());
    });
}

/** From the search for a number to the bill; `$who` ends the name of each check. */
function act(Client $api, string $who): void
{
    $numbers = $api->incomingPhoneNumbers;
    $search = fn () => array_map(
        fn ($one) => $one->phoneNumber,
        $api->availablePhoneNumbers('US')->local->read(['areaCode' => 415], 5)
    );
    $from = $search()[0];
    $number = $numbers->create(['phoneNumber' => $from]);

    check("buys a phone number $who", function () use ($numbers, $number, $from, $search) {
        same([$number->phoneNumber, $number->capabilities->getSms()], [$from, true]);
        same(sids($numbers->read(['phoneNumber' => $from])), [$number->sid]);
        same(in_array($from, $search()), false);
    });

    check("configures a phone number $who", function () use ($number) {
        $url = 'https://app.example.com/sms';
        $changed = $number->update(['smsUrl' => $url, 'smsMethod' => 'GET']);
        same([$changed->smsUrl, $changed->smsMethod], [$url, 'GET']);
        $cleared = $number->update(['smsUrl' => '']);
        same([$cleared->smsUrl, $cleared->smsMethod], ['', 'GET']);
    });

    check("sends a message $who", function () use ($api, $from) {
        $sent = $api->messages->create(TO, ['from' => $from, 'body' => 'Hello']);
        same([$sent->status, $sent->body, $sent->numSegments], ['queued', 'Hello', '1']);
        while ($api->messages($sent->sid)->fetch()->status !== 'delivered') {
            usleep(100_000);
        }
    });

    check("lists messages $who", function () use ($api, $from) {
        $second = $api->messages->create(TO, ['from' => $from, 'body' => 'Hello again']);
        $listed = sids($api->messages->read(['from' => $from], 2, 1));
        same([count($listed), $listed[0]], [2, $second->sid]);
    });

    check("makes a call $who", function () use ($api, $from) {
        $call = $api->calls->create(TO, $from, ['twiml' => '<Response/>']);
        same([$call->status, $call->to], ['queued', TO]);
        same($api->calls($call->sid)->update(['status' => 'completed'])->status, 'completed');
    });

    check("reads usage $who", function () use ($api) {
        [$sms] = $api->usage->records->read(['category' => 'sms']);
        same((int) $sms->count >= 2, true);
    });

    check("releases a phone number $who", function () use ($api, $number) {
        same($number->delete(), true);
        refused(404, 20404, 'was not found', fn () => $api->incomingPhoneNumbers($number->sid)->fetch());
    });
}

function deleteApp(Client $client): void
{
    check('deletes an app', function () use ($client) {
        same($client->connectApps(APP_SID)->delete(), true);
        refused(404, 20404, 'was not found', fn () => $client->connectApps(APP_SID)->fetch());
    });
}

function refuseStrictly(Client $client): void
{
    $app = $client->connectApps(APP_SID);

    check('refuses to delete an app', fn () =>
        refused(405, 20004, 'Method not allowed', fn () => $app->delete()));

    check('refuses a page size over 1000', fn () =>
        refused(400, 20007, 'Page size too large', fn () => $client->connectApps->page(1001)));

    check('refuses too many requests', fn () => refused(429, 20429, '', function () use ($app) {
        for ($i = 0; $i < 100; $i++) {
            $app->fetch();
        }
    }));
}

if (array_slice($argv, 1) === ['strict']) {
    refuseStrictly($client);
} elseif (array_slice($argv, 1) === ['away']) {
    meetLoss($client);
} else {
    listApps($client);
    updateApp($client);
    refuseRequests($client);
    useAccounts($client);
    useAuthorizedApps();
    meetFailures();
    validateCallbacks();
    useStandIns($client);
    deleteApp($client);
}
exit($failed ? 1 : 0);
