<?php

namespace ConnectApps\Testing;

use PHPUnit\Framework\AssertionFailedError;

/** What the control plane refused; `$answer` is its JSON. */
final class ControlError extends AssertionFailedError
{
    public function __construct(public readonly int $status, public readonly array $answer)
    {
        parent::__construct($answer['message'] ?? json_encode($answer, JSON_PRETTY_PRINT));
    }
}
