<?php

/** Loads the classes as Composer would. */
spl_autoload_register(static function (string $class): void {
    $prefix = 'ConnectApps\\Testing\\';
    if (str_starts_with($class, $prefix)) {
        require __DIR__ . '/../src/' . substr($class, strlen($prefix)) . '.php';
    }
});
