use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{Connection, ConnectionError};
use crate::laravel::Application;
use crate::source::Tree;

/// As Laravel's skeleton has it, with a word of each kind that its releases had.
const DATABASE: &str = "<?php
use Illuminate\\Support\\Str;
return [
    'default' => env('DB_CONNECTION', 'mysql'),
    'connections' => [
        'sqlite' => ['driver' => 'sqlite', 'url' => env('DB_URL'),
            'database' => env('DB_DATABASE', database_path('database.sqlite')), 'prefix' => ''],
        'mysql' => ['driver' => 'mysql', 'url' => env('DB_URL'), 'host' => env('DB_HOST', '127.0.0.1'),
            'port' => env('DB_PORT', '3306'), 'database' => env('DB_DATABASE', 'shop'),
            'username' => env('DB_USERNAME', 'root'), 'password' => env('DB_PASSWORD', ''),
            'unix_socket' => env('DB_SOCKET', ''), 'prefix' => env('DB_PREFIX', ''),
            'options' => extension_loaded('pdo_mysql') ? array_filter([
                (PHP_VERSION_ID >= 80500 ? \\Pdo\\Mysql::ATTR_SSL_CA : \\PDO::MYSQL_ATTR_SSL_CA) => env('MYSQL_ATTR_SSL_CA'),
                PDO::MYSQL_ATTR_SSL_VERIFY_SERVER_CERT => env('VERIFY'),
            ], fn ($value) => $value !== null) : []],
        'pgsql' => ['driver' => 'pgsql', 'url' => env('DB_URL'), 'host' => env('DB_HOST', '127.0.0.1'),
            'port' => env('DB_PORT', 5432), 'database' => env('DB_DATABASE', 'shop'),
            'username' => env('DB_USERNAME'), 'password' => env('DB_PASSWORD'), 'search_path' => 'app, \"$user\"',
            'sslmode' => env('DB_SSLMODE', 'prefer')],
        'split' => ['driver' => 'mysql', 'read' => ['host' => ['r1', 'r2']], 'write' => ['host' => ['w1', 'w2']],
            'database' => 'shop', 'username' => 'writer'],
        'split_list' => ['driver' => 'mysql', 'read' => [['host' => 'r1']], 'write' => [['host' => 'w1', 'port' => 3307]],
            'host' => 'none', 'database' => 'shop'],
        'told' => ['driver' => 'mysql', 'host' => ask_somebody(), 'database' => 'shop'],
        'odd' => ['driver' => 'oci8', 'database' => 'shop'],
    ],
    'migrations' => ['table' => 'log', 'update_date_on_publish' => true],
    'redis' => ['prefix' => Str::slug(env('APP_NAME', 'laravel'), '_').'_database_'],
];";

/// What is found with these files and variables, in words.
fn found(
    files: &[(&str, &str)],
    variables: &[(&str, &str)],
    name: Option<&str>,
) -> Result<Connection, ConnectionError> {
    let tree = Tree::new("/srv/shop");
    for (path, text) in files {
        tree.put(path, (*text).to_owned());
    }
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Application::open_live(&tree, variables).connection(name)
}

fn words(connection: Result<Connection, ConnectionError>) -> String {
    let Connection {
        name,
        engine,
        host,
        port,
        socket,
        database,
        user,
        password,
        tls,
        roots,
        search_path,
        log_table,
        ..
    } = match connection {
        Ok(connection) => connection,
        Err(error) => return error.to_string(),
    };
    let place = socket.or(host).unwrap_or_default();
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    let mut words = format!("{name} {engine} {}@{place}{port}/{database} {log_table}", user.unwrap_or_default());
    for more in [password, tls, roots, Some(search_path.join(",")).filter(|path| !path.is_empty())] {
        words.push_str(&more.map(|more| format!(" {more}")).unwrap_or_default());
    }
    words
}

#[track_caller]
fn check(environment: &str, variables: &[(&str, &str)], name: Option<&str>, expected: &str) {
    let files = [("config/database.php", DATABASE), (".env", environment)];
    assert_eq!(words(found(&files, variables, name)), expected);
}

#[test]
fn the_skeleton_is_read_with_its_environment() {
    check("", &[], None, "mysql mysql root@127.0.0.1:3306/shop log");
    check(
        "DB_HOST=db\nDB_PORT=3307\nDB_PASSWORD=\"p#1 ${APP}\"\nAPP=x\nDB_PREFIX=s_\n",
        &[],
        None,
        "mysql mysql root@db:3307/shop s_log p#1 ${APP}",
    );
    check("DB_HOST=file\nDB_PASSWORD=null", &[("DB_HOST", "process")], None, "mysql mysql root@process:3306/shop log");
    check("DB_SOCKET=/run/db.sock", &[], None, "mysql mysql root@/run/db.sock:3306/shop log");
    check("DB_CONNECTION=sqlite", &[], None, "sqlite sqlite @//srv/shop/database/database.sqlite log");
    check("DB_CONNECTION=sqlite\nDB_DATABASE=/srv/a.sqlite", &[], None, "sqlite sqlite @//srv/a.sqlite log");
    check("", &[], Some("pgsql"), "pgsql postgresql @127.0.0.1:5432/shop log prefer app,$user");
    check("DB_HOST=/run/pg", &[], Some("pgsql"), "pgsql postgresql @/run/pg:5432/shop log prefer app,$user");
    check("", &[], Some("split"), "split mysql writer@w1/shop log");
    check("", &[], Some("split_list"), "split_list mysql @w1:3307/shop log");
}

#[test]
fn an_address_comes_before_the_other_settings() {
    check(
        "DB_URL=postgres://me:s%40c@pg:5433/orders?sslmode=require&search_path=x\nDB_HOST=no",
        &[],
        Some("pgsql"),
        "pgsql postgresql me@pg:5433/orders log s@c require x",
    );
    check("DB_URL=mysql://me@other/orders", &[("DB_URL", "")], None, "mysql mysql root@127.0.0.1:3306/shop log");
    check(
        "DB_URL=nonsense",
        &[],
        None,
        "`database.connections.mysql.url` in `config/database.php` is no value that Laravel can use: it is no address",
    );
}

#[test]
fn a_ca_asks_for_its_certificate() {
    check("MYSQL_ATTR_SSL_CA=/ca.pem", &[], None, "mysql mysql root@127.0.0.1:3306/shop log verify-ca /ca.pem");
    check("MYSQL_ATTR_SSL_CA=/ca.pem\nVERIFY=false", &[], None, "mysql mysql root@127.0.0.1:3306/shop log require");
}

#[test]
fn what_is_not_known_is_named() {
    check(
        "",
        &[],
        Some("told"),
        "`database.connections.told.host` in `config/database.php` is not known without running PHP: it comes from `ask_somebody`, which phasewise cannot follow",
    );
    check(
        "",
        &[],
        Some("gone"),
        "no connection `gone` is configured in `config/database.php`; there are `sqlite`, `mysql`, `pgsql`, `split`, `split_list`, `told`, `odd`",
    );
    check(
        "",
        &[],
        Some("odd"),
        "`database.connections.odd.driver` in `config/database.php` is no value that Laravel can use: `oci8` is no driver of Laravel's",
    );
    check(
        "A=b\nDB_PASSWORD=two words",
        &[],
        None,
        "Laravel cannot read `.env`: line 2: something follows its value, which wants quotes around it",
    );
    assert_eq!(
        words(found(&[(".env", "")], &[], None)),
        "nothing says which database this application has: there is no `config/database.php`"
    );
}

#[test]
fn an_example_is_no_environment() {
    let files = [("config/database.php", DATABASE), (".env.example", "DB_HOST=example")];
    assert_eq!(words(found(&files, &[], None)), "mysql mysql root@127.0.0.1:3306/shop log");
}

#[test]
fn the_environments_own_file_is_read() {
    let files = [("config/database.php", DATABASE), (".env", "DB_HOST=plain"), (".env.staging", "DB_HOST=staging")];
    assert_eq!(words(found(&files, &[("APP_ENV", "staging")], None)), "mysql mysql root@staging:3306/shop log");
    assert_eq!(words(found(&files, &[("APP_ENV", "production")], None)), "mysql mysql root@plain:3306/shop log");
}

#[test]
fn a_cached_configuration_is_all_there_is() {
    let cached = "<?php return array (
      'database' => array ('default' => 'mysql', 'connections' => array ('mysql' => array (
        'driver' => 'mysql', 'url' => NULL, 'host' => 'cached', 'port' => '3306', 'database' => 'shop',
        'username' => 'app', 'password' => 'it\\'s', 'unix_socket' => '', 'prefix' => '',
        'options' => array (1009 => '/ca.pem'))), 'migrations' => 'migrations'),
      'logging' => array ('made' => \\Monolog\\Level::__set_state(array ())),
    );";
    let files = [("config/database.php", DATABASE), (".env", "DB_HOST=file"), ("bootstrap/cache/config.php", cached)];
    let connection = found(&files, &[("DB_HOST", "process")], None).unwrap();
    assert_eq!(connection.sources, ["bootstrap/cache/config.php"]);
    assert_eq!(connection.notes, ["the configuration is cached: neither `.env` nor `config/` counts"]);
    assert_eq!(words(Ok(connection)), "mysql mysql app@cached:3306/shop migrations it's verify-ca /ca.pem");
    assert!(
        words(found(&files, &[], Some("pgsql"))).contains("no connection `pgsql` is configured in `bootstrap/cache")
    );
    assert_eq!(
        words(found(&files, &[("APP_CONFIG_CACHE", "elsewhere.php"), ("DB_HOST", "process")], None)),
        "mysql mysql root@process:3306/shop log"
    );
}

#[test]
fn connections_that_are_left_out_are_laravels_own() {
    let own =
        "<?php return ['default' => 'main', 'connections' => ['main' => ['driver' => 'pgsql', 'database' => 'a']]];";
    let framework = "<?php return ['default' => 'sqlite', 'migrations' => ['table' => 'migrations'],
        'connections' => ['main' => ['driver' => 'mysql'], 'sqlite' => ['driver' => 'sqlite', 'database' => env('DB_DATABASE', 'x')]]];";
    let framework = ("vendor/laravel/framework/config/database.php", framework);
    let files = [("config/database.php", own), framework];
    assert_eq!(words(found(&files, &[], None)), "main postgresql @/a migrations");
    assert_eq!(words(found(&files, &[], Some("sqlite"))), "sqlite sqlite @//srv/shop/x migrations");
    assert_eq!(words(found(&[framework], &[], None)), "sqlite sqlite @//srv/shop/x migrations");
}

#[test]
fn no_password_is_shown() {
    let files = [("config/database.php", DATABASE), (".env", "DB_PASSWORD=hush")];
    let connection = found(&files, &[], None).unwrap();
    assert_eq!(connection.password.as_deref(), Some("hush"));
    assert!(!format!("{connection:?}").contains("hush"));
    let tree = Tree::new("/srv/shop");
    tree.put(".env", "DB_PASSWORD=hush".to_owned());
    assert!(!format!("{:?}", Application::open_live(&tree, BTreeMap::new()).application.environment).contains("hush"));
    for environment in ["DB_PASSWORD=hush hush", "DB_URL=mysql://app:hush@db:x/shop", "DB_PORT=hush"] {
        let error = found(&[("config/database.php", DATABASE), (".env", environment)], &[], None).unwrap_err();
        assert!(!format!("{error:?} {error}").contains("hush"), "{error:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_configuration_makes_it_fail(text in ".{0,80}", environment in ".{0,80}") {
        let configuration = format!("<?php return ['connections' => ['mysql' => [{text}]], {text}];");
        let files = [("config/database.php", configuration.as_str()), (".env", environment.as_str())];
        let _ = found(&files, &[], Some("mysql"));
    }
}
