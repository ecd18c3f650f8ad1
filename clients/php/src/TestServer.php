<?php

namespace ConnectApps\Testing;

/** A running `connect-apps test-server`, as its ready line describes it. */
final class TestServer
{
    private static ?self $started = null;

    /** @param array $kept what keeps the server alive: it ends with its standard input, which ends with this process */
    private function __construct(private readonly array $ready, private readonly array $kept = []) {}

    /** The server of CONNECT_APPS_TEST_SERVER, if one runs already, or one that this process starts and ends. */
    public static function ofThisRun(): self
    {
        return self::$started ??= self::start();
    }

    private static function start(): self
    {
        $running = getenv('CONNECT_APPS_TEST_SERVER');
        if ($running) {
            return new self(json_decode($running, true, flags: JSON_THROW_ON_ERROR));
        }
        $command = (getenv('CONNECT_APPS_COMMAND') ?: 'npx --no connect-apps') . ' test-server --json';
        $process = proc_open(explode(' ', $command), [['pipe', 'r'], ['pipe', 'w'], STDERR], $pipes);
        $line = $process ? fgets($pipes[1]) : false;
        $line !== false || throw new \RuntimeException("$command did not start");
        return new self(json_decode($line, true, flags: JSON_THROW_ON_ERROR), [$process, $pipes]);
    }

    /** Sends a request to the control plane and returns the JSON of its answer; throws a ControlError. */
    public function ask(string $method, string $path, array|object|null $body = null, array $query = []): mixed
    {
        $header = "Authorization: Bearer {$this->ready['key']}\r\nContent-Type: application/json";
        $content = json_encode($body, JSON_THROW_ON_ERROR);
        $http = compact('method', 'header', 'content') + ['ignore_errors' => true, 'timeout' => 90];
        $url = "{$this->ready['control']}$path?" . http_build_query($query);
        $reply = fopen($url, 'r', context: stream_context_create(['http' => $http]));
        $reply !== false || throw new \RuntimeException("$url does not answer");
        $status = (int) explode(' ', stream_get_meta_data($reply)['wrapper_data'][0])[1];
        $answer = json_decode(stream_get_contents($reply) ?: 'null', true);
        return $status < 300 ? $answer : throw new ControlError($answer);
    }

    /** Makes a world; `$options` are `seed`, `now` and `fixture`. */
    public function world(mixed ...$options): World
    {
        return new World($this, $this->ask('POST', '/worlds', $options));
    }
}
