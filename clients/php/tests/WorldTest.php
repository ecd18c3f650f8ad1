<?php

declare(strict_types=1);

use ConnectApps\Testing\ConnectApps;
use ConnectApps\Testing\ControlError;
use PHPUnit\Framework\TestCase;

/** The trait as its users have it, over a plain socket. */
final class WorldTest extends TestCase
{
    use ConnectApps;

    private function readAccount(): int
    {
        $account = $this->world()->developer;
        $credentials = base64_encode("{$account['accountSid']}:{$account['authToken']}");
        $http = ['header' => "Authorization: Basic $credentials", 'ignore_errors' => true];
        $reply = fopen($this->world()->url . $this->path(), 'r', context: stream_context_create(['http' => $http]));
        return (int) explode(' ', stream_get_meta_data($reply)['wrapper_data'][0])[1];
    }

    private function path(): string
    {
        return "/2010-04-01/Accounts/{$this->world()->developer['accountSid']}.json";
    }

    public function testAWorldBeginsAsItsTestSays(): void
    {
        $this->world(seed: 7, now: '2026-01-01T00:00:00Z')->advance('5m');
        $this->assertSame('2026-01-01T00:05:00.000Z', $this->world()->ask('GET', '/clock')['now']);
        $this->world()->createApp(friendlyName: 'One');
    }

    /** With the seed of the test before, which the server refuses while that world lives. */
    public function testAWorldIsDroppedAfterItsTest(): void
    {
        $apps = $this->world(seed: 7)->ask('GET', '/fixture')['connectApps'];
        $this->assertNotContains('One', array_column($apps, 'friendlyName'));
    }

    public function testWhatDidNotComeSaysWhatCame(): void
    {
        $this->readAccount();
        $this->expectException(ControlError::class);
        $this->expectExceptionMessage("Expected 1 requests with method POST, and there were 0. The nearest that came:\n"
            . "  GET {$this->path()} 200\n    method is GET, not POST");
        $this->world()->requests(times: 1, wait: '10ms', method: 'POST');
    }

    public function testAFaultEndsWithItsTimes(): void
    {
        $this->world()->fail(['method' => 'GET'], status: 429, retryAfter: 1, times: 1);
        $this->assertSame([429, 200], [$this->readAccount(), $this->readAccount()]);
    }

    public function testACustomerMayRefuse(): void
    {
        $denial = $this->world()->deny($this->world()->connectApp, state: 'u1');
        $this->assertStringContainsString('error=unauthorized_client', $denial['redirect']);
    }
}
