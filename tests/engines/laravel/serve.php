<?php

// Answers, for each migration asked for on standard input, with the SQL that the installed Laravel sends for it.
// Nothing is connected to: the connections pretend, over a stand-in for PDO, and the schema looks empty to a migration.
//
//   php serve.php [APPLICATION]     classes are loaded from APPLICATION/app, configuration from APPLICATION/config
//
// In:  {"id": 1, "engine": "mysql", "path": "/…/2024_01_01_000000_create_users.php", "direction": "up"}
// Out: {"id": 1, "statements": [{"sql": "…", "bindings": […]}], "error": null, "looked_at_schema": false}
// Before the first: {"laravel": "8"}.

declare(strict_types=1);

error_reporting(E_ALL & ~E_DEPRECATED);
ini_set('display_errors', 'stderr');
set_include_path('/usr/share/php');

/** Laravel's helper, as it answers where nothing is set; its own needs a package that may not be there. */
function env(string $key, mixed $default = null): mixed
{
    return $default;
}

require 'Illuminate/Database/autoload.php';

use Illuminate\Container\Container;
use Illuminate\Database\Capsule\Manager;
use Illuminate\Database\Connection;
use Illuminate\Support\Arr;
use Illuminate\Support\Carbon;
use Illuminate\Support\Facades\Facade;
use Illuminate\Support\Str;

// As Laravel's own handler does.
set_error_handler(function (int $level, string $message, string $file, int $line) {
    if (error_reporting() & $level) {
        throw new ErrorException($message, 0, $level, $file, $line);
    }
});

/** What `config()` reads: the files of the application's `config` folder, each when it is first asked for. */
final class Configuration implements ArrayAccess
{
    private array $items = [];

    public function __construct(private readonly ?string $application)
    {
    }

    public function offsetExists(mixed $key): bool
    {
        $this->load($key);

        return Arr::has($this->items, $key);
    }

    public function get(string $key, mixed $default = null): mixed
    {
        $this->load($key);

        return Arr::get($this->items, $key, $default);
    }

    public function offsetGet(mixed $key): mixed
    {
        return $this->get($key);
    }

    public function offsetSet(mixed $key, mixed $value): void
    {
        Arr::set($this->items, $key, $value);
    }

    public function offsetUnset(mixed $key): void
    {
        Arr::forget($this->items, $key);
    }

    private function load(string $key): void
    {
        $name = Str::before($key, '.');
        $file = "{$this->application}/config/{$name}.php";

        if (! isset($this->items[$name]) && $this->application !== null && is_file($file)) {
            $this->items[$name] = require $file;
        }
    }
}

/** What a connection asks of PDO while it pretends. */
final class StandInPdo
{
    public function beginTransaction(): bool
    {
        return true;
    }

    public function commit(): bool
    {
        return true;
    }

    public function rollBack(): bool
    {
        return true;
    }

    public function inTransaction(): bool
    {
        return true;
    }

    public function lastInsertId(?string $name = null): string
    {
        return '1';
    }

    public function quote(string $value): string
    {
        return "'".str_replace("'", "''", $value)."'";
    }

    public function getAttribute(int $attribute): string
    {
        return '8.0.36';
    }
}

/** Laravel's helper, which its database package lacks. */
function config(string $key, mixed $default = null): mixed
{
    return Container::getInstance()['config']->get($key, $default);
}

/** Laravel's helper, which its database package lacks. */
function now(): Carbon
{
    return Carbon::now();
}

/** Makes doctrine/dbal absent, which Debian's autoloader would otherwise find where it happens to be installed. */
function forget_doctrine(): void
{
    foreach (spl_autoload_functions() as $loader) {
        if ($loader instanceof Closure && str_contains((new ReflectionFunction($loader))->getFileName(), '/Doctrine/DBAL/')) {
            spl_autoload_unregister($loader);
        }
    }
}

/** The connections of a new application's `config/database.php`, as far as they shape the SQL. */
function connections(): array
{
    $shared = ['database' => 'laravel', 'prefix' => '', 'prefix_indexes' => true];

    return [
        'mysql' => $shared + [
            'driver' => 'mysql',
            'charset' => 'utf8mb4',
            'collation' => 'utf8mb4_unicode_ci',
            'strict' => true,
            'engine' => null,
        ],
        'pgsql' => $shared + ['driver' => 'pgsql', 'charset' => 'utf8', 'schema' => 'public'],
        'sqlite' => $shared + ['driver' => 'sqlite'],
        'sqlsrv' => $shared + ['driver' => 'sqlsrv', 'charset' => 'utf8'],
    ];
}

/** A Laravel whose default connection is of this engine, and nothing in it from the case before. */
function connect(string $engine, ?string $application): Connection
{
    Facade::clearResolvedInstances();
    $container = new Container;
    Container::setInstance($container);
    Facade::setFacadeApplication($container);
    $container->instance('config', new Configuration($application));
    $capsule = new Manager($container);
    $container['config']['database.connections'] = connections();
    $container['config']['database.default'] = $engine;
    $capsule->setAsGlobal();
    $capsule->bootEloquent();
    $container->instance('db', $capsule->getDatabaseManager());

    return $capsule->getDatabaseManager()->connection();
}

/** The migration in a file: the object it returns, or one of the class that its name tells. */
function migration(string $path): object
{
    $class = Str::studly(implode('_', array_slice(explode('_', basename($path, '.php')), 4)));

    if (class_exists($class, false)) {
        return new $class;
    }

    $returned = require $path;

    return is_object($returned) ? $returned : new $class;
}

/** Whether a query is one by which Laravel looks at the schema (`Schema::hasTable` and its like). */
function looks_at_schema(string $sql): bool
{
    return preg_match('/^(select .*(information_schema|sqlite_master|sys\.|sysobjects)|pragma table_info)/is', $sql) === 1;
}

function answer(array $question, ?string $application): array
{
    $error = null;
    $connection = connect($question['engine'], $application);
    ob_start();
    $queries = $connection->pretend(function () use ($question, &$error) {
        try {
            $migration = migration($question['path']);

            if (method_exists($migration, $question['direction'])) {
                $migration->{$question['direction']}();
            }
        } catch (Throwable $thrown) {
            $error = get_class($thrown).': '.$thrown->getMessage();
        }
    });
    ob_end_clean();
    [$looks, $sent] = collect($queries)->partition(fn (array $query) => looks_at_schema($query['query']));

    return [
        'id' => $question['id'],
        'statements' => $sent->values()->map(fn (array $query) => [
            'sql' => $query['query'],
            'bindings' => array_values($connection->prepareBindings($query['bindings'])),
        ]),
        'error' => $error,
        'looked_at_schema' => $looks->isNotEmpty(),
    ];
}

forget_doctrine();
$application = $argv[1] ?? null;

spl_autoload_register(function (string $class) use ($application) {
    $file = $application.'/app/'.str_replace('\\', '/', Str::after($class, 'App\\')).'.php';

    if ($application !== null && str_starts_with($class, 'App\\') && is_file($file)) {
        require $file;
    }
});

$standIn = new StandInPdo;

foreach (['mysql' => 'MySql', 'pgsql' => 'Postgres', 'sqlite' => 'SQLite', 'sqlsrv' => 'SqlServer'] as $driver => $name) {
    $class = "Illuminate\\Database\\{$name}Connection";
    Connection::resolverFor($driver, fn ($pdo, ...$settings) => new $class($standIn, ...$settings));
}

fwrite(STDOUT, json_encode(['laravel' => '8'])."\n");

while (($line = fgets(STDIN)) !== false) {
    $answer = answer(json_decode($line, true, flags: JSON_THROW_ON_ERROR), $application);
    fwrite(STDOUT, json_encode($answer, JSON_THROW_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE)."\n");
}
