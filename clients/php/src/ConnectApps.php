<?php

namespace ConnectApps\Testing;

use PHPUnit\Framework\Attributes\After;

/** Gives each test a world of its own: `$this->world()`, made when it is first asked for and dropped after the test. */
trait ConnectApps
{
    private ?World $connectAppsWorld = null;

    /** The world of this test. `$options`, which the first call may give, are `seed`, `now` and `fixture`. */
    protected function world(mixed ...$options): World
    {
        return $this->connectAppsWorld ??= TestServer::ofThisRun()->world(...$options);
    }

    /** @after */
    #[After]
    protected function dropConnectAppsWorld(): void
    {
        $this->connectAppsWorld?->drop();
        $this->connectAppsWorld = null;
    }
}
