<?php

namespace ConnectApps\Testing;

use PHPUnit\Framework\AssertionFailedError;

/** What the control plane refused, or what did not come; `$answer` is its JSON. */
final class ControlError extends AssertionFailedError
{
    public function __construct(public readonly array $answer)
    {
        parent::__construct($answer['message']);
    }
}
