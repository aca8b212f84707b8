<?php

// What `php artisan migrate --force` does, with the real Migrator of the installed Laravel.
//
//   php migrate.php RELEASE [SECONDS]     waits so long before it begins
//
// The database stands in DB_CONNECTION, DB_HOST, DB_PORT, DB_DATABASE, DB_USERNAME.

declare(strict_types=1);

error_reporting(E_ALL & ~E_DEPRECATED);
ini_set('display_errors', 'stderr');
set_include_path('/usr/share/php');

require 'Illuminate/Database/autoload.php';
require 'Illuminate/Filesystem/autoload.php';

use Illuminate\Container\Container;
use Illuminate\Database\Capsule\Manager;
use Illuminate\Database\Migrations\DatabaseMigrationRepository;
use Illuminate\Database\Migrations\Migrator;
use Illuminate\Filesystem\Filesystem;
use Illuminate\Support\Facades\Facade;

usleep((int) (1_000_000 * (float) ($argv[2] ?? 0)));

$container = new Container();
Container::setInstance($container);
$manager = new Manager($container);
$manager->addConnection([
    'driver' => getenv('DB_CONNECTION'),
    'host' => getenv('DB_HOST'),
    'port' => getenv('DB_PORT'),
    'database' => getenv('DB_DATABASE'),
    'username' => getenv('DB_USERNAME'),
    'password' => '',
    'prefix' => '',
    'strict' => true,
] + (getenv('DB_CONNECTION') === 'pgsql' ? ['search_path' => 'public', 'charset' => 'utf8'] : ['charset' => 'utf8mb4', 'collation' => 'utf8mb4_unicode_ci']));
$manager->setAsGlobal();
$container->instance('db', $manager->getDatabaseManager());
$container->bind('db.connection', fn () => $manager->getConnection());
$container->bind('db.schema', fn () => $manager->getConnection()->getSchemaBuilder());
Facade::setFacadeApplication($container);

$repository = new DatabaseMigrationRepository($manager->getDatabaseManager(), 'migrations');
$repository->setSource('default');
if (! $repository->repositoryExists()) {
    $repository->createRepository();
}
$migrator = new Migrator($repository, $manager->getDatabaseManager(), new Filesystem());
try {
    foreach ($migrator->run([$argv[1] . '/database/migrations']) as $path) {
        echo 'Migrated: ', basename($path, '.php'), "\n";
    }
} catch (Throwable $error) {
    fwrite(STDERR, 'artisan: ' . strtok($error->getMessage(), "\n") . "\n");
    exit(1);
}
