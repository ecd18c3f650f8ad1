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
        return $this->ask('POST', '/apps', $properties);
    }

    /**
     * Plays the customer who presses Allow; returns `redirect` and `subaccountSid`. `$options` are `state`, `accountSid`
     * (another customer) and `follow` (calls the redirect, as a browser would).
     */
    public function allow(string $app, mixed ...$options): array
    {
        return $this->ask('POST', '/authorizations', ['connectAppSid' => $app, ...$options]);
    }

    /** Plays the customer who presses Deny; returns `redirect`. */
    public function deny(string $app, mixed ...$options): array
    {
        return $this->ask('POST', "/authorizations/$app/deny", $options);
    }

    /** Plays the customer who removes the app. */
    public function revoke(string $app, mixed ...$options): void
    {
        $this->ask('POST', "/authorizations/$app/revoke", $options);
    }

    /** Turns the clock by `90s`, `5m`, `3d`; returns when all that became due has been done. */
    public function advance(string $span): void
    {
        $this->ask('POST', '/clock', ['advance' => $span]);
    }

    /**
     * What was asked and matches `method`, `path`, `route`, `status`, `account`. With `times` it waits until there are so
     * many, for `wait` at most; the failure says what came instead.
     */
    public function requests(?int $times = null, string $wait = '2s', mixed ...$match): array
    {
        $query = $times === null ? $match : [...$match, 'times' => $times, 'wait' => $wait];
        return $this->ask('GET', '/requests', query: $query)['requests'];
    }

    /** Lets matching requests fail: `fail(['method' => 'GET'], status: 429, retryAfter: 1, times: 2)`. */
    public function fail(array $match, mixed ...$how): void
    {
        $this->ask('POST', '/faults', compact('match', 'how'));
    }

    /** The callbacks that came, each with `params`, `attempt` and `signatureIsValid`. */
    public function inbox(): array
    {
        return $this->ask('GET', '/inbox')['callbacks'];
    }

    /** What the inbox answers next: `answer(500, ['drop' => true], 200)`. */
    public function answer(int|array ...$replies): void
    {
        $this->ask('PUT', '/inbox/replies', $replies);
    }

    /** Removes this world and all that is in it. */
    public function drop(): void
    {
        $this->ask('DELETE', '');
    }
}
