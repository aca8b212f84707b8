//! What is found out about an application, from files that are put in its place.

use super::Application;
use crate::engine::Engine;
use crate::laravel::{ModelKey, Value};
use crate::source::Tree;

fn tree(files: &[(&str, &str)]) -> Tree {
    let tree = Tree::new("/nowhere");
    for (path, text) in files {
        tree.put(path, (*text).to_owned());
    }
    tree
}

fn facts(files: &[(&str, &str)]) -> String {
    let tree = tree(files);
    let facts = Application::open(&tree).facts();
    let lines = facts.iter().map(|fact| format!("{} = {} ({})", fact.name, fact.value, fact.source));
    lines.collect::<Vec<_>>().join("\n")
}

const DATABASE: &str = "<?php return ['default' => env('DB_CONNECTION', 'mysql'), 'connections' => [
    'mysql' => ['driver' => 'mysql', 'prefix' => 'shop_', 'charset' => 'utf8', 'prefix_indexes' => true],
    'replica' => ['driver' => 'pgsql'], 'pgsql' => ['driver' => 'pgsql', 'prefix' => 'pg_']]];";

#[test]
fn facts_say_where_they_come_from() {
    let lock = r#"{"packages": [{"name": "laravel/framework", "version": "v10.48.2"}],
        "packages-dev": [{"name": "doctrine/dbal", "version": "3.8.0"}]}"#;
    let provider =
        "<?php class A { function boot() { \\Schema::defaultStringLength(191); \\Schema::morphUsingUuids(); } }";
    let files = [
        ("composer.lock", lock),
        ("config/database.php", DATABASE),
        (".env.example", "# comment\nDB_CONNECTION=pgsql # inline\n"),
        ("app/Providers/AppServiceProvider.php", provider),
    ];
    assert_eq!(
        facts(&files),
        "laravel = 10 (composer.lock)\n\
         doctrine/dbal = true (composer.lock)\n\
         engine = postgresql (.env.example)\n\
         prefix = pg_ (config/database.php)\n\
         default string length = 191 (app/Providers/AppServiceProvider.php)\n\
         morph key = uuid (app/Providers/AppServiceProvider.php)"
    );
}

#[test]
fn providers_are_found_where_the_application_keeps_them() {
    let composer = r#"{"autoload": {"psr-4": {"Shop\\": "src/"}}}"#;
    let provider = |line: &str| format!("<?php class A {{ function boot(Builder $schema) {{ {line} }} }}");
    let length = |path: &str, line: &str| {
        let tree = tree(&[("composer.json", composer), (path, &provider(line))]);
        Application::open(&tree).settings(Engine::Mysql).string_length
    };
    assert_eq!(length("src/Providers/A.php", "$schema->defaultStringLength(191);"), 191, "the builder was handed in");
    assert_eq!(length("src/Core/Providers/A.php", "\\Schema::defaultStringLength(150);"), 150);
    assert_eq!(length("src/Providers/A.php", "Strings::defaultStringLength(150);"), 255, "another class");
    assert_eq!(length("lib/Providers/A.php", "\\Schema::defaultStringLength(150);"), 255, "nothing loads it");
}

#[test]
fn without_a_lock_the_constraint_tells_the_lowest_major() {
    let major = |constraint: &str| {
        let composer = format!(r#"{{"require": {{"laravel/framework": "{constraint}"}}}}"#);
        let tree = tree(&[("composer.json", &composer)]);
        Application::open(&tree).settings(Engine::Mysql).major
    };
    assert_eq!(major("^11.0|^12.0"), 11);
    assert_eq!(major("12.*"), 12);
    assert_eq!(major(">=9.1 <11"), 9);
    assert_eq!(major("5.8.*"), 8, "older majors are compiled as the oldest that is known");
}

#[test]
fn settings_are_those_of_a_connection_for_the_engine() {
    let tree = tree(&[("config/database.php", DATABASE)]);
    let application = Application::open(&tree);
    let mysql = application.settings(Engine::Mysql);
    assert_eq!((mysql.prefix.as_str(), mysql.prefix_indexes, mysql.charset.as_deref()), ("shop_", true, Some("utf8")));
    assert_eq!(
        application.settings(Engine::Postgresql).prefix,
        "pg_",
        "the connection named after the driver comes first"
    );
    assert_eq!(application.settings(Engine::Sqlite).prefix, "", "no connection is configured for it");
}

#[test]
fn configuration_is_evaluated() {
    let files = [
        ("config/a.php", "<?php return ['b' => ['c' => env('C', 'd') . '!', 'time' => time()], 'e' => config('f.g')];"),
        ("config/f.php", "<?php return ['g' => config('a.b.c')];"),
        (".env", "C=\"x y\"\n"),
    ];
    let tree = tree(&files);
    let application = Application::open(&tree);
    assert_eq!(application.config("a.b.c"), Value::Str("x y!".to_owned()));
    assert_eq!(application.config("a.none"), Value::Null);
    assert!(matches!(application.config("a.b.time"), Value::Unknown(_)));
    assert!(matches!(application.config("a.e"), Value::Unknown(_)), "two files that ask for each other");
}

#[test]
fn models_are_read_through_their_parents_and_traits() {
    let composer = r#"{"autoload": {"psr-4": {"App\\": "app/"}}}"#;
    let base = "<?php namespace App; abstract class Base extends \\Illuminate\\Database\\Eloquent\\Model {
        protected $keyType = 'string'; }";
    let person = "<?php namespace App; class Person extends Base { use Named; protected $primaryKey = 'code'; }";
    let named = "<?php namespace App; trait Named { public function getTable() { return 'humans'; } }";
    let files =
        [("composer.json", composer), ("app/Base.php", base), ("app/Person.php", person), ("app/Named.php", named)];
    let tree = tree(&files);
    let model = Application::open(&tree).model("App\\Person").unwrap();
    assert_eq!((model.table.as_str(), model.key_name.as_str(), model.key_type), ("humans", "code", ModelKey::Uuid));
}

#[test]
fn migrations_of_several_directories_run_by_file_name() {
    let tree = tree(&[("a/2020_b.php", ""), ("a/2022_c.php", ""), ("b/2021_a.php", ""), ("b/notes.txt", "")]);
    let migrations = Application::open(&tree).migrations(&["a".to_owned(), "b".to_owned()]);
    assert_eq!(migrations, ["a/2020_b.php", "b/2021_a.php", "a/2022_c.php"]);
}

#[test]
fn a_described_macro_is_checked() {
    let tree = tree(&[]);
    let application = Application::open(&tree);
    assert!(application.define_macro("stamp", "$table->timestamp('stamped_at')->nullable();").is_ok());
    assert!(application.define_macro("broken", "$table->timestamp(").is_err());
}

#[test]
fn unique_ids_of_other_columns_leave_the_key_a_number() {
    let model = |body: &str| {
        let class = format!(
            "<?php namespace App\\Models; class Group extends \\Illuminate\\Database\\Eloquent\\Model {{ use \\Illuminate\\Database\\Eloquent\\Concerns\\HasUuids; {body} }}"
        );
        let composer = r#"{"autoload": {"psr-4": {"App\\": "app/"}}}"#;
        let tree = tree(&[("composer.json", composer), ("app/Models/Group.php", &class)]);
        Application::open(&tree).model("App\\Models\\Group").unwrap().key_type
    };
    assert_eq!(model(""), ModelKey::Uuid);
    assert_eq!(model("public function uniqueIds() { return ['uuid']; }"), ModelKey::Int);
    assert_eq!(model("public function uniqueIds() { return ['id', 'token']; }"), ModelKey::Uuid);
}
