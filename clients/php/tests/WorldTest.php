<?php

declare(strict_types=1);

use ConnectApps\Testing\ConnectApps;
use ConnectApps\Testing\ControlError;
use PHPUnit\Framework\TestCase;

/** The trait as its users have it. */
final class WorldTest extends TestCase
{
    use ConnectApps;

    public function testAWorldIsOfOneTestAlone(): void
    {
        $this->assertSame([], $this->world(seed: 7)->requests());
        $this->assertSame($this->world()->id, $this->world()->id);
        $this->world()->createApp(friendlyName: 'One');
        $this->world()->createAccount(friendlyName: 'Another');
    }

    /** With the seed of the test before, which the server refuses while that world lives. */
    public function testAWorldIsDroppedAfterItsTest(): void
    {
        $apps = $this->world(seed: 7)->ask('GET', '/fixture')['connectApps'];
        $this->assertNotContains('One', array_column($apps, 'friendlyName'));
    }

    public function testWhatDidNotComeSaysWhatCame(): void
    {
        $url = "{$this->world()->url}/2010-04-01/Accounts/{$this->world()->developer['accountSid']}.json";
        file_get_contents($url, false, stream_context_create(['http' => ['ignore_errors' => true]]));
        try {
            $this->world()->requests(method: 'POST', account: $this->world()->developer['accountSid'], wait: '10ms');
        } catch (ControlError $error) {
            $this->assertSame(408, $error->status);
            $this->assertNotSame([], $error->answer['nearest']);
            return;
        }
        $this->fail('nothing was missing');
    }

    public function testAFaultEndsWithItsTimesAndASnapshotComesBack(): void
    {
        $world = $this->world();
        $name = $world->snapshot();
        $world->fail(['method' => 'GET'], times: 1, status: 500);
        $url = "{$world->url}/2010-04-01/Accounts.json";
        $context = stream_context_create(['http' => ['ignore_errors' => true, 'header' => "Connect-Apps-World: {$world->id}"]]);
        file_get_contents($url, false, $context);
        file_get_contents($url, false, $context);
        $this->assertSame([500, 401], array_column($world->requests(), 'status'));
        $world->allow();
        $world->reset($name);
        $this->assertSame([], $world->requests());
        $this->assertArrayHasKey('redirect', $world->deny());
        $this->assertStringContainsString('=', $world->cookie());
    }
}
