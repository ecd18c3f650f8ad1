<?php

namespace ConnectApps\Testing;

/** A world. `$developer` and `$customer` have `accountSid`, `authToken`, `email` and `password`. */
final class World
{
    public readonly string $id, $url, $connectApp;
    public readonly array $developer, $customer, $env;

    public function __construct(private readonly TestServer $server, array $described)
    {
        foreach (['id', 'url', 'developer', 'customer', 'connectApp', 'env'] as $name) {
            $this->$name = $described[$name];
        }
    }

    /** Any request of the control plane for this world, such as `ask('GET', '/fixture')`. */
    public function ask(string $method, string $path, array|object|null $body = null, array $query = []): mixed
    {
        return $this->server->ask($method, "/worlds/{$this->id}$path", $body, $query);
    }

    /** Creates a Connect App of the developer, such as `createApp(permissions: ['get-all'])`. */
    public function createApp(mixed ...$properties): array
    {
        return $this->ask('POST', '/apps', (object) $properties);
    }

    /** Creates an account; `owner` makes it a subaccount. */
    public function createAccount(mixed ...$properties): array
    {
        return $this->ask('POST', '/accounts', (object) $properties);
    }

    /**
     * Plays the customer who presses Allow; returns `redirect` and `subaccountSid`. `$options` are `state`, `accountSid`
     * (another customer) and `follow` (calls the redirect, as a browser would).
     */
    public function allow(?string $app = null, mixed ...$options): array
    {
        return $this->ask('POST', '/authorizations', ['connectAppSid' => $app ?? $this->connectApp, ...$options]);
    }

    public function deny(?string $app = null, mixed ...$options): array
    {
        return $this->ask('POST', '/authorizations/' . ($app ?? $this->connectApp) . '/deny', (object) $options);
    }

    /** Plays the customer who removes the app. */
    public function revoke(?string $app = null, mixed ...$options): void
    {
        $this->ask('POST', '/authorizations/' . ($app ?? $this->connectApp) . '/revoke', (object) $options);
    }

    /** Turns the clock by `90s`, `5m`, `3d`; returns when all that became due has been done. */
    public function advance(string $span): array
    {
        return $this->ask('POST', '/clock', ['advance' => $span]);
    }

    /**
     * What was asked, with the reason of each refusal. `$match`: `method`, `path`, `route`, `status`, `account`. With
     * `wait`, such as `2s`, fails unless `times` of them come in time, and the failure shows the nearest.
     */
    public function requests(mixed ...$match): array
    {
        return $this->ask('GET', '/requests', query: $match)['requests'];
    }

    /** Lets matching requests fail: `fail(['method' => 'GET'], times: 2, status: 429, retryAfter: 1)`. */
    public function fail(array $match = [], ?int $times = null, mixed ...$how): int
    {
        $fault = ['match' => (object) $match, 'how' => (object) $how] + ($times === null ? [] : ['times' => $times]);
        return $this->ask('POST', '/faults', $fault)['id'];
    }

    /** The callbacks that came, each with `params`, `attempt` and `signatureIsValid`. */
    public function inbox(?string $wait = null, int $after = 0): array
    {
        return $this->ask('GET', '/inbox', query: ['wait' => $wait, 'after' => $after])['callbacks'];
    }

    /** What the inbox answers next: `answer(500, 500, 200)`. */
    public function answer(int|array ...$replies): void
    {
        $this->ask('PUT', '/inbox/replies', $replies);
    }

    public function reset(string $to = 'seed'): void
    {
        $this->ask('POST', '/reset', ['to' => $to]);
    }

    public function snapshot(?string $name = null): string
    {
        return $this->ask('POST', '/snapshots', (object) ($name === null ? [] : ['name' => $name]))['name'];
    }

    /** The cookie of a customer who is signed in, for a browser. */
    public function cookie(?string $accountSid = null): string
    {
        return $this->ask('POST', '/sessions', ['accountSid' => $accountSid ?? $this->customer['accountSid']])['cookie'];
    }

    public function drop(): void
    {
        $this->ask('DELETE', '');
    }
}
