<?php

/*
 * A Connect App in plain PHP, without a library: the Connect button, consent, a phone number and a
 * message for the customer, and the callbacks. It is written for Twilio; README.md explains how to
 * run it against connect-apps unchanged.
 */

declare(strict_types=1);

const API = 'https://api.twilio.com/2010-04-01/Accounts';
define('CONNECT_APP_SID', getenv('CONNECT_APP_SID'));
define('AUTH_TOKEN', getenv('TWILIO_AUTH_TOKEN'));
define('AUTHORIZE_ORIGIN', getenv('AUTHORIZE_ORIGIN') ?: 'https://www.twilio.com');
// Where browsers and Twilio reach this app: https://…, unless both are on this machine.
define('ORIGIN', getenv('ORIGIN') ?: 'http://127.0.0.1:3000');
// A real app uses a database, and shows its users only what is theirs.
define('DATA_FILE', getenv('DATA_FILE') ?: sys_get_temp_dir() . '/connect-app.json');

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
match ("{$_SERVER['REQUEST_METHOD']} $path") {
    'GET /' => showHome(),
    'GET /authorized' => connectCustomer(),
    'POST /messages' => sendMessage(),
    'POST /status' => noteStatus(),
    'POST /deauthorized' => removeCustomer(),
    default => stop(404, 'Not found.'),
};

function showHome(): void
{
    $state = bin2hex(random_bytes(16));
    setStateCookie($state);
    echo '<!doctype html><html lang="en"><title>Example Connect App</title>',
        '<a href="', AUTHORIZE_ORIGIN, '/authorize/', CONNECT_APP_SID, "?state=$state\">Connect</a>";
    ['customers' => $customers, 'statuses' => $statuses] = readData();
    foreach ($customers as $sid => $number) {
        echo '<form method="post" action="/messages"><input type="hidden" name="accountSid" value="', $sid, '">',
            escape($number), ' <label>To <input name="to"></label> <button>Send</button></form>';
    }
    echo '<ul>';
    foreach ($statuses as $sid => $status) {
        echo '<li>', escape("$sid $status"), '</li>';
    }
    echo '</ul></html>';
}

/** Consent sends the customer here, with the SID of an account that is ours to use; after Deny, without. */
function connectCustomer(): void
{
    // The consent must have started in this browser: nobody can connect another person's account.
    $expected = $_COOKIE['state'] ?? '';
    if ($expected === '' || ($_GET['state'] ?? '') !== $expected) {
        stop(403, 'Start again from our page.');
    }
    setStateCookie('');
    $accountSid = $_GET['AccountSid'] ?? '';
    if (!preg_match('/^AC[0-9a-f]{32}$/', $accountSid)) {
        stop(200, 'You did not connect.');
    }
    $number = getPhoneNumber($accountSid);
    changeData(function (array &$data) use ($accountSid, $number): void {
        $data['customers'][$accountSid] = $number;
    });
    header('Location: /');
}

function sendMessage(): void
{
    $accountSid = $_POST['accountSid'] ?? '';
    $from = readData()['customers'][$accountSid] ?? null;
    if ($from === null) {
        stop(404, 'No such customer.');
    }
    $message = ['From' => $from, 'To' => $_POST['to'] ?? '', 'Body' => 'Hello from our app'];
    $sent = request($accountSid, 'Messages.json', $message + ['StatusCallback' => ORIGIN . '/status']);
    changeData(function (array &$data) use ($sent): void {
        // The first callback may have been faster than this answer.
        $data['statuses'][$sent['sid']] ??= $sent['status'];
    });
    header('Location: /');
}

function noteStatus(): void
{
    checkSignature();
    changeData(function (array &$data): void {
        $data['statuses'][$_POST['MessageSid']] = $_POST['MessageStatus'];
    });
    http_response_code(204);
}

/** The customer has taken the account back. */
function removeCustomer(): void
{
    checkSignature();
    changeData(function (array &$data): void {
        unset($data['customers'][$_POST['AccountSid']]);
    });
    error_log("{$_POST['AccountSid']} has left");
    http_response_code(204);
}

/** Stops unless Twilio has signed the form with our Auth Token, for the URL that we gave it. */
function checkSignature(): void
{
    $signed = ORIGIN . $_SERVER['REQUEST_URI'];
    ksort($_POST);
    foreach ($_POST as $name => $value) {
        $signed .= $name . $value;
    }
    $expected = base64_encode(hash_hmac('sha1', $signed, AUTH_TOKEN, true));
    if (!hash_equals($expected, $_SERVER['HTTP_X_TWILIO_SIGNATURE'] ?? '')) {
        stop(403, 'The signature is wrong.');
    }
}

/** The account's phone number; one that connects for the first time gets one. */
function getPhoneNumber(string $accountSid): string
{
    $own = request($accountSid, 'IncomingPhoneNumbers.json?PageSize=1')['incoming_phone_numbers'];
    if ($own !== []) {
        return $own[0]['phone_number'];
    }
    $search = 'AvailablePhoneNumbers/US/Local.json?SmsEnabled=true&PageSize=1';
    [$available] = request($accountSid, $search)['available_phone_numbers'];
    $bought = ['PhoneNumber' => $available['phone_number']];
    return request($accountSid, 'IncomingPhoneNumbers.json', $bought)['phone_number'];
}

/** We act with the SID of the customer's account and our own Auth Token. */
function request(string $accountSid, string $resource, ?array $form = null): array
{
    $curl = curl_init(API . '/' . rawurlencode($accountSid) . "/$resource");
    curl_setopt_array($curl, [
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_USERPWD => "$accountSid:" . AUTH_TOKEN,
        CURLOPT_TIMEOUT => 30,
    ] + ($form === null ? [] : [CURLOPT_POSTFIELDS => http_build_query($form)]));
    $body = curl_exec($curl);
    $reply = $body === false ? ['message' => curl_error($curl)] : json_decode($body, true);
    if (curl_getinfo($curl, CURLINFO_HTTP_CODE) >= 300 || $body === false) {
        error_log("$resource: {$reply['message']}");
        stop(502, 'Twilio refused it.');
    }
    return $reply;
}

/** The phone number of each customer, by the SID of the account, and the status of each message. */
function readData(): array
{
    $nothing = ['customers' => [], 'statuses' => []];
    return is_file(DATA_FILE) ? json_decode(file_get_contents(DATA_FILE), true) : $nothing;
}

function changeData(callable $change): void
{
    $lock = fopen(DATA_FILE . '.lock', 'c');
    flock($lock, LOCK_EX);
    $data = readData();
    $change($data);
    file_put_contents(DATA_FILE . '.new', json_encode($data));
    rename(DATA_FILE . '.new', DATA_FILE);
    fclose($lock);
}

function setStateCookie(string $state): void
{
    $secure = str_starts_with(ORIGIN, 'https:');
    setcookie('state', $state, ['httponly' => true, 'samesite' => 'Lax', 'secure' => $secure]);
}

function escape(string $text): string
{
    return htmlspecialchars($text);
}

function stop(int $status, string $text): never
{
    http_response_code($status);
    exit(escape($text));
}
