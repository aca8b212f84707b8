//! A small application: orders are taken, listed and imported.

/// The path and text of each file.
pub(super) const FILES: &[(&str, &str)] = &[
    ("artisan", "#!/usr/bin/env php\n<?php\n"),
    ("composer.json", r#"{"require": {"laravel/framework": "^12.0"}, "autoload": {"psr-4": {"App\\": "app/"}}}"#),
    ("composer.lock", r#"{"packages": [{"name": "laravel/framework", "version": "v12.4.0"}], "packages-dev": []}"#),
    ("config/database.php", CONFIGURATION),
    ("database/migrations/2026_01_05_080000_create_orders_table.php", ORDERS),
    ("database/migrations/2026_02_09_080000_create_customers_table.php", CUSTOMERS),
    ("app/Models/Order.php", ORDER),
    ("app/Http/Controllers/OrderController.php", CONTROLLER),
];

const CONFIGURATION: &str = r"<?php

return [
    'default' => env('DB_CONNECTION', 'mysql'),
    'connections' => [
        'mysql' => [
            'driver' => 'mysql',
            'host' => env('DB_HOST', '127.0.0.1'),
            'port' => env('DB_PORT', '3306'),
            'database' => env('DB_DATABASE', 'shop'),
            'username' => env('DB_USERNAME', 'root'),
            'password' => env('DB_PASSWORD', ''),
            'charset' => 'utf8mb4',
            'collation' => 'utf8mb4_unicode_ci',
            'prefix' => '',
            'strict' => true,
        ],
        'pgsql' => [
            'driver' => 'pgsql',
            'host' => env('DB_HOST', '127.0.0.1'),
            'port' => env('DB_PORT', '5432'),
            'database' => env('DB_DATABASE', 'shop'),
            'username' => env('DB_USERNAME', 'root'),
            'password' => env('DB_PASSWORD', ''),
            'charset' => 'utf8',
            'prefix' => '',
            'search_path' => 'public',
            'sslmode' => 'prefer',
        ],
    ],
    'migrations' => 'migrations',
];
";

const ORDERS: &str = r"<?php

use Illuminate\Database\Migrations\Migration;
use Illuminate\Database\Schema\Blueprint;
use Illuminate\Support\Facades\Schema;

return new class extends Migration
{
    public function up(): void
    {
        Schema::create('orders', function (Blueprint $table) {
            $table->id();
            $table->integer('total');
            $table->string('note')->nullable();
            $table->string('fax')->nullable();
        });
    }
};
";

const CUSTOMERS: &str = r"<?php

use Illuminate\Database\Migrations\Migration;
use Illuminate\Database\Schema\Blueprint;
use Illuminate\Support\Facades\Schema;

return new class extends Migration
{
    public function up(): void
    {
        Schema::create('customers', function (Blueprint $table) {
            $table->id();
            $table->string('name');
        });
    }
};
";

const ORDER: &str = r"<?php

namespace App\Models;

use Illuminate\Database\Eloquent\Model;

final class Order extends Model
{
    public $timestamps = false;

    protected $fillable = ['total', 'note'];
}
";

const CONTROLLER: &str = r"<?php

namespace App\Http\Controllers;

use App\Models\Order;

final class OrderController
{
    public function store(): Order
    {
        return Order::create(['total' => 1, 'note' => 'new']);
    }

    public function notes(): array
    {
        return Order::query()->whereNotNull('note')->pluck('note')->all();
    }
}
";

/// A migration of the table `orders`, with that body.
pub(super) fn migration(body: &str) -> String {
    format!(
        r"<?php

use Illuminate\Database\Migrations\Migration;
use Illuminate\Database\Schema\Blueprint;
use Illuminate\Support\Facades\DB;
use Illuminate\Support\Facades\Schema;

return new class extends Migration
{{
    public function up(): void
    {{
        {body}
    }}
}};
"
    )
}

/// One that changes `orders`.
pub(super) fn alter(body: &str) -> String {
    migration(&format!("Schema::table('orders', function (Blueprint $table) {{\n            {body}\n        }});"))
}
