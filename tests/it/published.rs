//! Migrations that the default branch has: edited, or overtaken by a new one that sorts before them.

use std::path::Path;

use tempfile::TempDir;

use super::cli::{directory, git, run, write};

const CONFIG: (&str, &str) = ("phasewise.yaml", "engine: postgresql:16\n");
const FIRST: &str = "CREATE TABLE orders (id BIGINT PRIMARY KEY);\n";
const THIRD: &str = "CREATE TABLE carts (id BIGINT PRIMARY KEY, order_id BIGINT REFERENCES orders (id));\n";

/// A clone on a branch of its own, beside `main` with these files.
fn branch(files: &[(&str, &str)]) -> TempDir {
    let project = directory(files);
    git(project.path(), &["init", "--quiet", "--initial-branch=main"]);
    git(project.path(), &["add", "."]);
    git(project.path(), &["commit", "--quiet", "--message=one"]);
    git(project.path(), &["checkout", "--quiet", "-b", "feature"]);
    project
}

/// The lines that tell a finding of such a rule, and where it is.
fn told(project: &Path, rule: &str) -> String {
    let shown = run(project, &["lint", "--format", "github"]);
    let lines = shown.lines().filter(|line| line.contains(rule));
    lines.map(|line| line.replace("%60", "`")).collect::<Vec<_>>().join("\n")
}

#[test]
fn an_edited_migration_is_found_where_it_sends_something_else() {
    let project = branch(&[CONFIG, ("migrations/0001_first.sql", FIRST), ("migrations/0003_third.sql", THIRD)]);
    let path = "migrations/0001_first.sql";
    assert_eq!(told(project.path(), "migration-edited"), "");
    write(project.path(), path, format!("-- the orders\n{FIRST}").as_bytes());
    assert_eq!(told(project.path(), "migration-edited"), "", "a comment changes nothing");
    write(project.path(), path, format!("-- the orders\n{FIRST}CREATE INDEX orders_id ON orders (id);\n").as_bytes());
    let edited = told(project.path(), "migration-edited");
    assert!(edited.starts_with("::error file=migrations/0001_first.sql,line=3"), "{edited}");
    assert!(edited.contains("`0001_first` was published and is another now"), "{edited}");
    git(project.path(), &["commit", "--all", "--quiet", "--message=edit"]);
    assert_eq!(told(project.path(), "migration-edited"), edited, "committed or not");

    let text = format!(
        "{FIRST}-- phasewise-ignore migration-edited: nobody has run it\nCREATE INDEX orders_id ON orders (id);\n"
    );
    write(project.path(), path, text.as_bytes());
    assert_eq!(told(project.path(), "migration-edited"), "");
}

#[test]
fn a_runner_that_keeps_checksums_minds_every_edit() {
    let project = branch(&[CONFIG, ("flyway.toml", ""), ("migrations/V1__first.sql", FIRST)]);
    write(project.path(), "migrations/V1__first.sql", format!("-- the orders\n{FIRST}").as_bytes());
    let edited = told(project.path(), "migration-edited");
    assert!(edited.contains("Flyway compares it with what it ran, and refuses to go on"), "{edited}");
}

#[test]
fn a_new_migration_that_sorts_first_is_found_where_the_order_matters() {
    let project = branch(&[CONFIG, ("migrations/0001_first.sql", FIRST), ("migrations/0003_third.sql", THIRD)]);
    write(project.path(), "migrations/0002_late.sql", b"CREATE TABLE tags (id BIGINT PRIMARY KEY);\n");
    assert_eq!(told(project.path(), "migration-out-of-order"), "", "it has nothing to do with the later one");
    write(project.path(), "migrations/0002_late.sql", b"ALTER TABLE orders ADD COLUMN note TEXT;\n");
    let misplaced = told(project.path(), "migration-out-of-order");
    assert!(misplaced.contains("this sorts before `0003_third`"), "{misplaced}");
    assert!(misplaced.contains("both are about `orders`"), "{misplaced}");
    write(project.path(), "migrations/0004_last.sql", b"ALTER TABLE orders ADD COLUMN remark TEXT;\n");
    assert_eq!(told(project.path(), "migration-out-of-order"), misplaced, "what sorts last is in order");
}

#[test]
fn what_was_published_after_the_branch_left_counts_too() {
    let project = branch(&[CONFIG, ("migrations/0001_first.sql", FIRST)]);
    git(project.path(), &["checkout", "--quiet", "main"]);
    write(project.path(), "migrations/0003_third.sql", THIRD.as_bytes());
    git(project.path(), &["add", "."]);
    git(project.path(), &["commit", "--quiet", "--message=two"]);
    git(project.path(), &["checkout", "--quiet", "feature"]);
    write(project.path(), "migrations/0002_late.sql", b"ALTER TABLE orders ADD COLUMN note TEXT;\n");
    let misplaced = told(project.path(), "migration-out-of-order");
    assert!(misplaced.contains("this sorts before `0003_third`"), "{misplaced}");
}

#[test]
fn an_edited_migration_of_laravel_is_found_by_what_it_sends() {
    let php = |body: &str| {
        format!(
            "<?php\nuse Illuminate\\Database\\Migrations\\Migration;\nuse Illuminate\\Database\\Schema\\Blueprint;\n\
             use Illuminate\\Support\\Facades\\Schema;\n\nclass CreateOrders extends Migration\n{{\n    public function up()\n\
             {{\n        {body}\n    }}\n}}\n"
        )
    };
    let path = "database/migrations/2026_01_01_000000_create_orders.php";
    let create =
        |columns: &str| php(&format!("Schema::create('orders', function (Blueprint $table) {{ {columns} }});"));
    let before = create("$table->id();");
    let project = branch(&[CONFIG, ("artisan", ""), (path, &before)]);
    write(project.path(), path, create("/* the key */ $table->bigIncrements('id');").as_bytes());
    assert_eq!(told(project.path(), "migration-edited"), "", "it sends the same");
    write(project.path(), path, create("$table->id(); $table->string('code');").as_bytes());
    assert!(told(project.path(), "migration-edited").starts_with("::error"));
}
