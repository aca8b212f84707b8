//! The layouts of SQL migrations: a small project for each runner, listed and judged as the binary finds it.

use std::path::{Path, PathBuf};
use std::process::Command;

use phasewise::engine::Engine;
use phasewise::source::Tree;
use phasewise::sql::Reader;
use phasewise::sql::layout::{self, Migration, Part};
use serde_json::Value;
use tempfile::TempDir;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/layouts")
}

fn phasewise(directory: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_phasewise"));
    command.args(arguments).current_dir(directory).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    command.env("GIT_CEILING_DIRECTORIES", directory.parent().unwrap());
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// A project of the fixtures: what is said, what is listed, what is found, what is sent up and back.
fn project(name: &str, directory: &str, engine: Engine) -> String {
    let root = fixtures().join(name);
    let (_, out, said) = phasewise(&root, &["lint", "--all", "-v", "--format", "json"]);
    let (_, up, _) = phasewise(&root, &["sql", "--all", "-q"]);
    let (_, down, _) = phasewise(&root, &["sql", "--all", "--down", "-q"]);
    let listed = listing(&Tree::new(&root), directory, engine);
    format!("{said}\n--- migrations\n{listed}\n--- found\n{}\n--- up\n{up}\n--- down\n{down}", found(&out))
}

fn listing(tree: &Tree, directory: &str, engine: Engine) -> String {
    let listing = layout::find(tree, directory).unwrap().unwrap();
    let lines: Vec<String> = listing.migrations.iter().map(|migration| line(tree, migration, engine)).collect();
    lines.join("\n") + "\n"
}

fn line(tree: &Tree, migration: &Migration, engine: Engine) -> String {
    let files = |parts: &[Part]| parts.iter().map(|part| part.path.as_str()).collect::<Vec<_>>().join(" + ");
    let down =
        migration.down.as_deref().map_or("nothing undoes it".to_owned(), |down| format!("back: {}", files(down)));
    let read =
        migration.up.iter().flat_map(|part| part.read(tree, &mut Reader::new(engine), &|_| false).unwrap().statements);
    let statements: Vec<_> = read.collect();
    let is_in = layout::runs_in_transaction(migration.layout, engine, &statements, migration.refuses_transaction);
    let transaction = if is_in { "in a transaction" } else { "no transaction" };
    let again = if migration.runs_again { ", runs again" } else { "" };
    format!("{} = {}; {down}; {transaction}{again}", migration.name, files(&migration.up))
}

/// Findings and what was not understood, by place.
fn found(json: &str) -> String {
    let report: Value = serde_json::from_str(json).unwrap_or_default();
    let entries = |name: &str| report[name].as_array().cloned().unwrap_or_default();
    let place = |entry: &Value| {
        format!("{}:{}:{}", entry["file"].as_str().unwrap(), entry["start"]["line"], entry["start"]["column"])
    };
    let findings = entries("findings");
    let findings = findings.iter().map(|entry| {
        format!(
            "{} {} {} ({})",
            place(entry),
            entry["rule"].as_str().unwrap(),
            entry["confidence"].as_str().unwrap(),
            entry["migration"].as_str().unwrap()
        )
    });
    let unknown = entries("unknown");
    let unknown =
        unknown.iter().map(|entry| format!("{} not understood: {}", place(entry), entry["reason"].as_str().unwrap()));
    findings.chain(unknown).map(|line| line + "\n").collect()
}

#[test]
fn each_runner_is_read_as_it_runs() {
    use Engine::{Mariadb, Mysql, Postgresql, Sqlite};
    let projects = [
        ("atlas", "migrations", Postgresql),
        ("dbmate", "db/migrations", Postgresql),
        ("diesel", "schema/migrations", Postgresql),
        ("drizzle", "src/db/out", Mysql),
        ("drizzle-directories", "drizzle", Sqlite),
        ("flyway", "sql", Postgresql),
        ("flyway-baseline", "src/main/resources/db/migration", Mysql),
        ("golang-migrate", "db/migrations", Mysql),
        ("goose", "schema", Mysql),
        ("liquibase", "db/changelog", Postgresql),
        ("liquibase-xml", "src/main/resources/db/changelog", Mariadb),
        ("plain", "migrations", Postgresql),
        ("prisma", "prisma/migrations", Postgresql),
        ("refinery", "migrations", Sqlite),
        ("sqitch", "", Postgresql),
        ("sqlx", "migrations", Postgresql),
    ];
    let known: Vec<&str> = projects.iter().map(|(name, ..)| *name).collect();
    let mut on_disk: Vec<String> =
        std::fs::read_dir(fixtures()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    on_disk.sort();
    assert_eq!(on_disk, known, "a fixture that nobody reads, or the reverse");
    for (name, directory, engine) in projects {
        insta::assert_snapshot!(format!("layout_{}", name.replace('-', "_")), project(name, directory, engine));
    }
}

fn write(directory: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = directory.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), files);
    directory
}

#[test]
fn what_a_runner_refuses_is_refused_with_a_way_out() {
    let cases: [(&str, &[(&str, &str)]); 18] = [
        (
            "flyway: a version twice",
            &[("db/migration/V1__a.sql", "SELECT 1;"), ("db/migration/x/V1.0__b.sql", "SELECT 1;")],
        ),
        ("flyway: only names that do not parse", &[("db/migration/V1_a.txt", ""), ("db/migration/notes.md", "")]),
        ("flyway: broken settings", &[("flyway.toml", "[flyway\n"), ("sql/V1__a.sql", "SELECT 1;")]),
        ("golang-migrate: a version twice", &[("migrations/1_a.up.sql", ""), ("migrations/01_b.up.sql", "")]),
        ("goose: a version twice", &[("migrations/1_a.sql", "-- +goose Up\nSELECT 1;"), ("migrations/001_b.go", "")]),
        (
            "sqlx: a version twice",
            &[
                ("Cargo.toml", "[dependencies]\nsqlx = \"0.8\"\n"),
                ("migrations/1_a.sql", ""),
                ("migrations/01_b.sql", ""),
            ],
        ),
        ("sqlx: a broken manifest", &[("Cargo.toml", "[dependencies\n"), ("migrations/1_a.sql", "")]),
        (
            "diesel: broken metadata",
            &[("migrations/1_a/up.sql", "SELECT 1;"), ("migrations/1_a/metadata.toml", "run_in_transaction = maybe\n")],
        ),
        ("diesel: a version twice", &[("migrations/2026-01-01_a/up.sql", ""), ("migrations/20260101_b/up.sql", "")]),
        (
            "refinery: a version twice",
            &[
                ("Cargo.toml", "[dependencies]\nrefinery = \"0.8\"\n"),
                ("migrations/V1__a.sql", ""),
                ("migrations/U1__b.sql", ""),
            ],
        ),
        (
            "prisma: a broken lock",
            &[("prisma/migrations/migration_lock.toml", "provider = \n"), ("prisma/migrations/1_a/migration.sql", "")],
        ),
        (
            "prisma: another database",
            &[
                ("prisma/migrations/migration_lock.toml", "provider = \"cockroachdb\"\n"),
                ("prisma/migrations/1_a/migration.sql", "SELECT 1;"),
            ],
        ),
        (
            "drizzle: a journal that names no file",
            &[("drizzle/meta/_journal.json", r#"{"dialect": "sqlite", "entries": [{"tag": "0000_gone"}]}"#)],
        ),
        ("drizzle: a broken journal", &[("drizzle/meta/_journal.json", "{\"entries\": [\n  {]\n")]),
        (
            "liquibase: an include that leads nowhere",
            &[("db/changelog/master.yaml", "databaseChangeLog:\n  - include:\n      file: gone.sql\n")],
        ),
        (
            "liquibase: a broken changelog",
            &[("db/changelog/master.xml", "<databaseChangeLog>\n  <include\n</databaseChangeLog>")],
        ),
        (
            "sqitch: a plan that names no script",
            &[("sqitch.plan", "%project=a\norders 2026-01-01T00:00:00Z A <a@b>\n")],
        ),
        ("knex: not SQL", &[("migrations/20260101_a.js", ""), ("migrations/20260102_b.ts", "")]),
    ];
    let told = cases.map(|(name, files)| {
        let project = directory(files);
        let (code, _, error) = phasewise(project.path(), &["lint", "--all", "-q"]);
        assert_eq!(code, 2, "{name}: {error}");
        format!("=== {name}\n{error}\n")
    });
    insta::assert_snapshot!("layouts_refused", told.concat());
}

#[test]
fn of_directories_for_several_databases_one_is_named() {
    let project = directory(&[
        ("db/migration/V1__all.sql", "CREATE TABLE t (id int);"),
        ("db/migration/h2/V2__h2.sql", "SELECT 1;"),
        ("db/migration/mysql/V2__mysql.sql", "SELECT 1;"),
    ]);
    let (_, out, said) = phasewise(project.path(), &["sql", "--all", "--engine", "mysql:8.4"]);
    assert_eq!(out, "-- migration V1__all\nCREATE TABLE t (id int);\n");
    assert_eq!(
        said,
        "note: `db/migration` has directories for several databases, of which none was read: name one of `h2`, `mysql`\n"
    );
    let (_, out, _) = phasewise(project.path(), &["sql", "-q", "--engine", "mysql:8.4", "db/migration/mysql"]);
    assert_eq!(out, "-- migration V2__mysql\nSELECT 1;\n");
}

#[test]
fn the_database_may_be_told_above_the_project() {
    let project = directory(&[
        (".git/HEAD", ""),
        ("go.mod", "module a\n\nrequire (\n\tgithub.com/jackc/pgx/v5 v5.0.0\n\tgithub.com/lib/pq v1.0.0\n)\n"),
        ("service/migrations/1_a.up.sql", "SELECT 1;"),
    ]);
    let (code, _, said) = phasewise(&project.path().join("service"), &["lint", "--all", "-v"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("engine: PostgreSQL (from `github.com/lib/pq in go.mod above the project`)"), "{said}");
}

#[test]
fn migrations_elsewhere_are_pointed_at() {
    let project = directory(&[
        ("phasewise.yaml", "engine: postgresql:16\n"),
        ("services/a/migrations/1_a.up.sql", "SELECT 1;"),
        ("services/b/prisma/migrations/1_a/migration.sql", "SELECT 1;"),
        ("node_modules/c/migrations/1_a.up.sql", "SELECT 1;"),
    ]);
    let (code, _, error) = phasewise(project.path(), &["lint", "--all"]);
    assert_eq!(code, 2);
    insta::assert_snapshot!("layouts_elsewhere", error);
}

/// The migrations that are new in a branch, by name.
fn new_in_branch(before: &[(&str, &str)], after: &[(&str, &str)]) -> String {
    let project = directory(before);
    write(project.path(), &[("phasewise.yaml", "engine: postgresql:16\n")]);
    let git = |arguments: &[&str]| {
        let author = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"];
        let status = Command::new("git").args(author).args(arguments).current_dir(project.path()).status().unwrap();
        assert!(status.success(), "git {arguments:?}");
    };
    git(&["init", "--quiet", "--initial-branch=main"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message=1"]);
    git(&["checkout", "--quiet", "-b", "feature"]);
    write(project.path(), after);
    let (_, out, _) = phasewise(project.path(), &["sql", "--since", "main", "-q"]);
    let heads = out.lines().filter_map(|line| line.strip_prefix("-- migration "));
    heads.collect::<Vec<_>>().join(", ")
}

#[test]
fn what_is_new_is_told_for_each_layout() {
    let changesets = "--liquibase formatted sql\n--changeset a:1\nCREATE TABLE t (id int);\n--changeset a:2 runOnChange:true\nCREATE VIEW v AS SELECT 1;\n";
    let more =
        changesets.replace("SELECT 1", "SELECT 2").replace("id int", "id bigint") + "--changeset a:3\nDROP TABLE t;\n";
    let file = "db/changelog/1.sql";
    assert_eq!(new_in_branch(&[(file, changesets)], &[(file, &more)]), format!("{file}::2::a, {file}::3::a"));

    let master = "databaseChangeLog:\n  - changeSet:\n      id: 1\n      author: a\n      changes: [{sql: SELECT 1}]\n";
    let longer = format!("{master}  - changeSet:\n      id: 2\n      author: a\n      changes: [{{sql: SELECT 2}}]\n");
    let file = "db/changelog/master.yaml";
    assert_eq!(new_in_branch(&[(file, master)], &[(file, &longer)]), format!("{file}::2::a"));

    let prisma = ["prisma/migrations/1_a/migration.sql", "prisma/migrations/2_b/migration.sql"];
    assert_eq!(new_in_branch(&[(prisma[0], "SELECT 1;")], &[(prisma[1], "SELECT 2;")]), "2_b");

    let flyway = ["db/migration/V1__a.sql", "db/migration/R__v.sql", "db/migration/deep/V2__b.sql"];
    let before = [(flyway[0], "SELECT 1;"), (flyway[1], "SELECT 1;")];
    let after = [(flyway[0], "SELECT 9;"), (flyway[1], "SELECT 2;"), (flyway[2], "SELECT 2;")];
    assert_eq!(new_in_branch(&before, &after), "V2__b, R__v");

    let journal = |tags: &[&str]| {
        let entries: Vec<String> = tags.iter().map(|tag| format!("{{\"tag\": \"{tag}\"}}")).collect();
        format!("{{\"entries\": [{}]}}", entries.join(", "))
    };
    let (one, two) = (journal(&["0000_a"]), journal(&["0000_a", "0001_b"]));
    let drizzle = ("drizzle/meta/_journal.json", "drizzle/0000_a.sql", "drizzle/0001_b.sql");
    let before = [(drizzle.0, one.as_str()), (drizzle.1, "SELECT 1;")];
    assert_eq!(new_in_branch(&before, &[(drizzle.0, two.as_str()), (drizzle.2, "SELECT 2;")]), "0001_b");
}

#[test]
fn a_migration_named_by_its_file_is_itself() {
    let project = directory(&[
        ("phasewise.yaml", "engine: postgresql:16\n"),
        ("migrations/1_a/up.sql", "CREATE TABLE t (id int);"),
        ("migrations/2_b/up.sql", "DROP TABLE t;"),
        ("migrations/2_b/down.sql", "CREATE TABLE t (id int);"),
    ]);
    let (_, out, _) = phasewise(project.path(), &["sql", "-q", "migrations/2_b/up.sql"]);
    assert_eq!(out, "-- migration 2_b\nDROP TABLE t;\n");
}
