//! Schema dumps on the command line: which is loaded, what it says has run, and what is said of one that cannot be read.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

const LOCK: (&str, &str) = ("composer.lock", r#"{"packages": [{"name": "laravel/framework", "version": "v12.0.0"}]}"#);
const ENV: (&str, &str) = (".env", "DB_CONNECTION=mysql\n");
const OLD: (&str, &str) = (
    "database/migrations/2024_01_01_000000_create_users.php",
    "<?php return new class extends Illuminate\\Database\\Migrations\\Migration { public function up() {
        Schema::create('users', function (Blueprint $table) { $table->id(); });
    } };\n",
);
/// It asks for a table that only the dump knows, and for a column that it does not have.
const NEW: (&str, &str) = (
    "database/migrations/2025_01_01_000000_add_code.php",
    "<?php return new class extends Illuminate\\Database\\Migrations\\Migration { public function up() {
        if (Schema::hasTable('orders') && ! Schema::hasColumn('orders', 'code')) {
            Schema::table('orders', fn (Blueprint $table) => $table->string('code'));
        }
    } };\n",
);
const MYSQL: &str = "/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;
CREATE TABLE `migrations` (`id` int unsigned NOT NULL AUTO_INCREMENT, `migration` varchar(255) NOT NULL, `batch` int NOT NULL, PRIMARY KEY (`id`));
CREATE TABLE `users` (`id` bigint unsigned NOT NULL AUTO_INCREMENT, `name` varchar(9) DEFAULT NULL, PRIMARY KEY (`id`));
CREATE TABLE `orders` (`id` bigint unsigned NOT NULL AUTO_INCREMENT, PRIMARY KEY (`id`));
INSERT INTO `migrations` VALUES (1,'2023_01_01_000000_pruned',1);
INSERT INTO `migrations` VALUES (2,'2024_01_01_000000_create_users',1);
";
const POSTGRESQL: &str = "--\n-- PostgreSQL database dump\n--\nSET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);
CREATE TABLE public.orders (id bigint NOT NULL);
CREATE SEQUENCE public.orders_id_seq;
ALTER SEQUENCE public.orders_id_seq OWNED BY public.orders.id;
ALTER TABLE ONLY public.orders ALTER COLUMN id SET DEFAULT nextval('public.orders_id_seq'::regclass);
ALTER TABLE ONLY public.orders ADD CONSTRAINT orders_pkey PRIMARY KEY (id);
--\n-- PostgreSQL database dump complete\n--\n";
const ADD: (&str, &str) = ("add.sql", "ALTER TABLE orders ADD COLUMN code text NOT NULL;\n");

fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (path, text) in files {
        write(directory.path(), path, text.as_bytes());
    }
    directory
}

fn write(directory: &Path, path: &str, bytes: &[u8]) {
    let path = directory.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// An application whose history was pruned into a dump.
fn laravel(dump: (&str, &str)) -> TempDir {
    directory(&[("artisan", ""), LOCK, ENV, OLD, NEW, dump])
}

#[track_caller]
fn run(directory: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_phasewise"));
    command.args(arguments).current_dir(directory).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    command.env("GIT_CEILING_DIRECTORIES", directory.parent().unwrap());
    let output = command.output().unwrap();
    let mut out = format!("exit {}\n", output.status.code().unwrap());
    for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        let text = String::from_utf8_lossy(bytes);
        if !text.is_empty() {
            writeln!(out, "--- {name}\n{}", text.trim_end()).unwrap();
        }
    }
    out
}

#[test]
fn what_laravel_loads_stands_before_the_first_migration() {
    let project = laravel(("database/schema/mysql-schema.sql", MYSQL));
    insta::assert_snapshot!("laravel_all", run(project.path(), &["lint", "-v", "--all", "--engine", "mysql:8.4"]));
    insta::assert_snapshot!("laravel_schema", run(project.path(), &["schema", "--engine", "mysql:8.4"]));
    // Laravel 8 named it otherwise, and loads that first.
    write(project.path(), "database/schema/mysql-schema.dump", b"CREATE TABLE only (id int);\n");
    insta::assert_snapshot!("laravel_older_name", run(project.path(), &["schema", "--engine", "mysql:8.4"]));
}

#[test]
fn a_migration_that_the_dump_holds_is_judged_where_it_was_named() {
    let project = laravel(("database/schema/mysql-schema.sql", MYSQL));
    let sql = ["sql", "--engine", "mysql:8.4", OLD.0];
    insta::assert_snapshot!("held_and_pruned", run(project.path(), &sql));
    let whole = MYSQL.replace("INSERT INTO `migrations` VALUES (1,'2023_01_01_000000_pruned',1);\n", "");
    let project = laravel(("database/schema/mysql-schema.sql", &whole));
    insta::assert_snapshot!("held_and_replayed", run(project.path(), &["sql", "-v", "--engine", "mysql:8.4", OLD.0]));
}

#[test]
fn a_dump_of_another_connection_is_told_and_not_loaded() {
    let project = laravel(("database/schema/pgsql-schema.sql", POSTGRESQL));
    insta::assert_snapshot!("other_connection", run(project.path(), &["schema", "--engine", "mysql:8.4"]));
    let project = laravel(("database/schema/mysql-schema.sql", POSTGRESQL));
    insta::assert_snapshot!("other_engine_found", run(project.path(), &["lint", "--all", "--engine", "mysql:8.4"]));
    let project = laravel(("database/schema/mysql-schema.sql", ""));
    write(project.path(), "database/schema/mysql-schema.sql", b"PGDMP\x01\x0e");
    insta::assert_snapshot!("binary_found", run(project.path(), &["lint", "--all", "--engine", "mysql:8.4"]));
}

#[test]
fn one_migration_is_judged_against_a_dump_without_a_history() {
    let files = directory(&[("dumps/prod.sql", POSTGRESQL), ADD]);
    let lint = ["lint", "--engine", "postgresql:16", "--schema", "dumps/prod.sql", "add.sql"];
    insta::assert_snapshot!("given_lint", run(files.path(), &lint));
    // A dump beside the migrations is none of them, and those that were not named have run.
    write(files.path(), "prod.sql", POSTGRESQL.as_bytes());
    write(files.path(), "0_history.sql", b"DROP TABLE orders;\n");
    let beside = ["lint", "--engine", "postgresql:16", "--schema", "prod.sql", "add.sql"];
    assert_eq!(run(files.path(), &beside), run(files.path(), &lint));
    write(files.path(), "phasewise.yaml", b"engine: postgresql:16\nschema: dumps/prod.sql\npaths: [.]\n");
    assert_eq!(run(files.path(), &["lint", "add.sql"]), run(files.path(), &lint));
}

#[test]
fn dbmate_writes_its_dump_last() {
    let create = "-- migrate:up\nCREATE TABLE orders (id bigint PRIMARY KEY);\n-- migrate:down\nDROP TABLE orders;\n";
    let add = "-- migrate:up\nALTER TABLE orders ADD COLUMN code text NOT NULL;\n-- migrate:down\n";
    let dump = "CREATE TABLE public.orders (id bigint NOT NULL, code text NOT NULL);
CREATE TABLE public.schema_migrations (version character varying NOT NULL);
INSERT INTO public.schema_migrations (version) VALUES\n    ('20240101'),\n    ('20240102');\n";
    let config = ("phasewise.yaml", "engine: postgresql:16\n");
    let files = directory(&[config, ("db/schema.sql", dump), ("db/migrations/20240102_add.sql", add)]);
    write(files.path(), "db/migrations/20240101_create.sql", create.as_bytes());
    insta::assert_snapshot!("dbmate", run(files.path(), &["lint", "-v", "--all"]));
    std::fs::remove_file(files.path().join("db/migrations/20240101_create.sql")).unwrap();
    insta::assert_snapshot!("dbmate_pruned", run(files.path(), &["schema", "-v"]));
}

#[test]
fn a_dump_that_cannot_be_read_says_the_way_out() {
    let files = directory(&[ADD, ("mysql.sql", MYSQL)]);
    write(files.path(), "custom.dump", b"PGDMP\x01\x0e\0\x04");
    write(files.path(), "dump.sql.gz", b"\x1f\x8b\x08\0");
    for (name, dump) in
        [("binary", "custom.dump"), ("gzip", "dump.sql.gz"), ("missing", "gone.sql"), ("other", "mysql.sql")]
    {
        let lint = ["lint", "--engine", "postgresql:16", "--schema", dump, "add.sql"];
        insta::assert_snapshot!(format!("unreadable_{name}"), run(files.path(), &lint));
    }
}

#[test]
fn what_of_a_dump_is_not_understood_is_told_with_its_line() {
    let broken =
        POSTGRESQL.replace("--\n-- PostgreSQL database dump complete\n--\n", "FROB café;\nCREATE TABLE cut (a in");
    let files = directory(&[ADD]);
    let latin1: Vec<u8> = broken.chars().map(|letter| u8::try_from(letter).unwrap()).collect();
    write(files.path(), "broken.sql", &latin1);
    let schema = ["schema", "--engine", "postgresql:16", "--schema", "broken.sql", "add.sql"];
    insta::assert_snapshot!("broken", run(files.path(), &schema));
    let utf16: Vec<u8> = [0xfeff].into_iter().chain(POSTGRESQL.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    write(files.path(), "utf16.sql", &utf16);
    write(files.path(), "crlf.sql", format!("\u{feff}{}", POSTGRESQL.replace('\n', "\r\n")).as_bytes());
    write(files.path(), "plain.sql", POSTGRESQL.as_bytes());
    let schema = |dump: &str| run(files.path(), &["schema", "--engine", "postgresql:16", "--schema", dump, "add.sql"]);
    assert_eq!(schema("utf16.sql"), schema("plain.sql"));
    assert_eq!(schema("crlf.sql"), schema("plain.sql"));
}
