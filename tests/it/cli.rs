//! The binary, as a shell or a CI job runs it: in a scrubbed environment, in a directory of its own.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A project of plain SQL whose second migration is not safe.
pub const CREATE: (&str, &str) =
    ("migrations/0001_create_orders.sql", "CREATE TABLE orders (id BIGINT PRIMARY KEY);\n");
pub const ADD: (&str, &str) =
    ("migrations/0002_add_code.sql", "ALTER TABLE orders ADD COLUMN code VARCHAR(20) NOT NULL;\n");
pub const CONFIG: (&str, &str) = ("phasewise.yaml", "engine: postgresql:16\n");

/// Every key there is.
pub const FULL_CONFIG: &str = r#"
engine: mysql:8.4
laravel: 12
doctrine: false
paths: [database/migrations]
plans: database/plans
fail-on: warning
rules:
  column-dropped: warning
  table-rebuilt-online: off
own-rules: [phasewise/rules]
baseline: phasewise-baseline.json
stats: phasewise-stats.json
small-table: { rows: 5_000, bytes: 8MB }
tables:
  countries: { size: small }
  orders: { rows: 12_000_000, bytes: 4GB, rules: { index-built-with-writes-blocked: error } }
  "audit_*": { rows: 100, rules: { column-dropped: note } }
files:
  "database/migrations/2019_*": { rules: { column-renamed: off } }
"#;

/// A directory with these files.
pub fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (path, text) in files {
        write(directory.path(), path, text.as_bytes());
    }
    directory
}

pub fn write(directory: &Path, path: &str, bytes: &[u8]) {
    let path = directory.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

pub fn phasewise(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_phasewise"));
    command.args(arguments).current_dir(directory).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    // What lies above the temporary directory is none of a test's business.
    command.env("GIT_CEILING_DIRECTORIES", directory.parent().unwrap());
    command
}

/// Runs git as somebody.
pub fn git(directory: &Path, arguments: &[&str]) {
    let author = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"];
    let status = Command::new("git").args(author).args(arguments).current_dir(directory).status().unwrap();
    assert!(status.success(), "git {arguments:?}");
}

/// The exit code, stdout and stderr, as one text.
#[track_caller]
pub fn run(directory: &Path, arguments: &[&str]) -> String {
    shown(&phasewise(directory, arguments).output().unwrap())
}

fn shown(output: &Output) -> String {
    let code = output.status.code().map_or("killed".to_owned(), |code| code.to_string());
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let part = |name: &str, text: &str| {
        if text.is_empty() { String::new() } else { format!("--- {name}\n{}\n", text.trim_end()) }
    };
    format!("exit {code}\n{}{}", part("stdout", &out), part("stderr", &err))
}

#[track_caller]
pub fn code(directory: &Path, arguments: &[&str]) -> i32 {
    phasewise(directory, arguments).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().code().unwrap()
}

#[test]
fn help_is_what_the_code_says() {
    let directory = directory(&[]);
    let commands =
        ["lint", "plan", "advance", "effects", "sql", "schema", "usage", "explain", "test-rules", "stats", "init"]
            .map(|command| vec![command, "-h"]);
    for arguments in [vec!["--help"]].iter().chain(&commands) {
        let name = format!("help_{}", arguments.join("_").replace('-', ""));
        insta::assert_snapshot!(name, run(directory.path(), arguments));
    }
}

#[test]
fn a_mistake_on_the_command_line_exits_2() {
    let directory = directory(&[CREATE]);
    for arguments in [
        &[][..],
        &["lnt"],
        &["lint", "--engine", "oracle"],
        &["lint", "--engine", "mysql:new"],
        &["lint", "--laravel", "7"],
        &["lint", "--format", "html"],
        &["lint", "--all", "--since", "main"],
        &["explain", "no-such-rule"],
    ] {
        assert_eq!(code(directory.path(), arguments), 2, "{arguments:?}");
    }
    assert_eq!(code(directory.path(), &["--version"]), 0);
    assert_eq!(code(directory.path(), &["lint", "--help"]), 0);
}

#[test]
fn input_that_cannot_be_used_says_why_and_exits_2() {
    let broken = directory(&[("phasewise.yaml", "engine: mysql\nfail_on: error\n"), CREATE]);
    insta::assert_snapshot!("unknown_key", run(broken.path(), &["lint"]));
    let broken = directory(&[("phasewise.yaml", "rules:\n  column-droped: off\n"), CREATE]);
    insta::assert_snapshot!("unknown_rule", run(broken.path(), &["lint", "--engine", "mysql"]));
    let nothing = directory(&[]);
    insta::assert_snapshot!("no_project", run(nothing.path(), &["lint"]));
    insta::assert_snapshot!("no_such_path", run(nothing.path(), &["lint", "gone.sql"]));
    insta::assert_snapshot!("empty_directory", run(nothing.path(), &["lint", "."]));
    let project = directory(&[CREATE]);
    insta::assert_snapshot!("no_engine", run(project.path(), &["lint"]));
    insta::assert_snapshot!("no_config", run(project.path(), &["lint", "--config", "gone.yaml"]));
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let project = directory(&[CONFIG, CREATE]);
    write(project.path(), "migrations/0002_latin1.sql", b"-- caf\xe9\nDROP TABLE orders;\n");
    insta::assert_snapshot!("not_utf8", run(project.path(), &["lint", "migrations/0002_latin1.sql"]));
    write(project.path(), "migrations/0002_latin1.sql", b"PGDMP\x01\x0e\0");
    insta::assert_snapshot!("binary", run(project.path(), &["lint", "migrations/0002_latin1.sql"]));
    assert_eq!(code(project.path(), &["lint", "--all"]), 2, "one of two can be read, which is not all");
    let large = std::fs::File::create(project.path().join("migrations/0003_large.sql")).unwrap();
    large.set_len(17 * 1024 * 1024).unwrap();
    insta::assert_snapshot!("too_large", run(project.path(), &["lint", "migrations/0003_large.sql"]));
}

#[test]
fn a_finding_fails_at_the_level_asked_for() {
    let project = directory(&[CONFIG, CREATE, ADD]);
    let second = "migrations/0002_add_code.sql";
    assert_eq!(code(project.path(), &["lint", "migrations/0001_create_orders.sql"]), 0);
    assert_eq!(code(project.path(), &["lint", second]), 1);
    assert_eq!(code(project.path(), &["lint", second, "--fail-on", "never"]), 0);
    write(project.path(), "phasewise.yaml", b"engine: postgresql:16\nfail-on: never\n");
    assert_eq!(code(project.path(), &["lint", second]), 0, "the file may say it too");
    assert_eq!(code(project.path(), &["lint", second, "--fail-on", "error"]), 1, "but the flag wins");
}

#[test]
fn findings_are_told_in_each_format() {
    let project = directory(&[CONFIG, CREATE, ADD]);
    let second = "migrations/0002_add_code.sql";
    let says = |arguments: &[&str], text: &str| {
        let shown = run(project.path(), arguments);
        assert!(shown.contains(text), "{arguments:?} does not say {text}:\n{shown}");
    };
    says(&["lint", second], "error[required-column-added]");
    says(&["lint", second], " in 1 of 1 migration");
    let place = "file=migrations/0002_add_code.sql,line=1,col=20,endLine=1,endColumn=56";
    says(&["lint", second, "--format", "github"], &format!("::error {place},title=required-column-added::"));
    says(&["lint", second, "--format", "sarif"], r#""ruleId": "required-column-added""#);
    says(&["lint", second, "--format", "gitlab"], r#""check_name": "required-column-added""#);
    says(&["lint", second, "--format", "junit"], r#"<failure type="error""#);
    says(&["lint", second, "--format", "markdown"], "### phasewise: ");
    says(&["effects", second], "add-column code");
    says(&["explain"], "required-column-added");
    insta::assert_snapshot!("sql_text", run(project.path(), &["sql", "--all"]));
    for (name, arguments) in [
        ("lint", &["lint", second, "--format", "json"]),
        ("effects", &["effects", second, "--format", "json"]),
        ("sql", &["sql", second, "--format", "json"]),
    ] {
        let output = phasewise(project.path(), arguments).output().unwrap();
        super::report::conforms(name, &String::from_utf8(output.stdout).unwrap());
    }
}

#[test]
fn what_was_used_and_why_goes_to_stderr() {
    let project = directory(&[CONFIG, CREATE, ADD]);
    let told = |arguments: &[&str]| {
        let output = phasewise(project.path(), arguments).output().unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    insta::assert_snapshot!("verbose", told(&["lint", "migrations", "-v"]));
    assert_eq!(told(&["lint", "migrations"]), "");
    assert!(told(&["lint", "migrations", "--engine", "postgres"]).contains("is assumed"));
    assert_eq!(told(&["lint", "migrations", "--engine", "postgres", "-q"]), "");
}

#[test]
fn a_laravel_application_tells_what_it_runs_on() {
    let lock = r#"{"packages": [{"name": "laravel/framework", "version": "v12.4.1"}]}"#;
    let migration = |body: &str| {
        format!(
            "<?php\nreturn new class extends Migration {{\n    public function up(): void\n    {{\n        {body}\n    }}\n}};\n"
        )
    };
    let create = migration("Schema::create('orders', function (Blueprint $table) { $table->id(); });");
    let add = migration("Schema::table('orders', function (Blueprint $table) { $table->string('code'); });");
    let project = directory(&[
        ("artisan", ""),
        ("composer.lock", lock),
        (".env", "DB_CONNECTION=pgsql\n"),
        ("database/migrations/2026_01_01_000000_create_orders.php", &create),
        ("database/migrations/2026_01_02_000000_add_code.php", &add),
    ]);
    let output = phasewise(project.path(), &["lint", "--all", "-v"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!("laravel_verbose", String::from_utf8(output.stderr).unwrap());
    let sql =
        run(project.path(), &["sql", "--engine", "mysql:8.4", "database/migrations/2026_01_02_000000_add_code.php"]);
    assert!(sql.contains("alter table `orders` add `code` varchar(255) not null;"), "{sql}");
}

/// Laravel 5 gave the index of `morphs()` its columns, and so its name, in another order.
#[test]
fn what_an_unknown_major_of_laravel_names_is_not_said_to_be_missing() {
    let migration = |body: &str| {
        format!("<?php\nreturn new class extends Migration {{ public function up(): void {{ {body} }} }};\n")
    };
    let create = migration("Schema::create('notes', function (Blueprint $table) { $table->morphs('notable'); });");
    let drop = migration(
        "Schema::table('notes', function (Blueprint $table) { $table->dropIndex(['notable_id', 'notable_type']); });",
    );
    let told = |version: &str| {
        let lock = format!(r#"{{"packages": [{{"name": "laravel/framework", "version": "{version}"}}]}}"#);
        let project = directory(&[
            ("artisan", ""),
            ("composer.lock", &lock),
            (".env", "DB_CONNECTION=mysql\n"),
            ("database/migrations/2026_01_01_000000_create_notes.php", &create),
            ("database/migrations/2026_01_02_000000_drop_index.php", &drop),
        ]);
        run(project.path(), &["lint", "--all"])
    };
    assert!(told("v8.83.27").contains("error[object-missing]"));
    assert!(!told("v5.5.50").contains("object-missing"));
}

#[test]
fn what_one_migration_does_to_a_table_in_several_statements_is_told_once() {
    let rules = |sql: &str| {
        let project = directory(&[CONFIG, CREATE, ("migrations/0002_next.sql", sql)]);
        let told = run(project.path(), &["lint", "migrations/0002_next.sql"]);
        let rules: Vec<String> = told.lines().filter(|line| line.starts_with("error[")).map(str::to_owned).collect();
        rules.join(" ")
    };
    assert_eq!(rules("DROP TABLE orders;"), "error[table-dropped]");
    assert_eq!(rules("DROP TABLE orders; CREATE TABLE orders (id INT);"), "error[table-recreated]");
    assert_eq!(rules("DELETE FROM orders; TRUNCATE orders;"), "error[rows-deleted-without-bound]");
}

#[test]
fn the_batch_is_what_is_new_in_the_branch() {
    let project = directory(&[CONFIG, CREATE]);
    git(project.path(), &["init", "--quiet", "--initial-branch=main"]);
    git(project.path(), &["add", "."]);
    git(project.path(), &["commit", "--quiet", "--message=one"]);
    let batch = |arguments: &[&str]| {
        let shown = run(project.path(), &[arguments, &["-v"]].concat());
        shown.lines().find(|line| line.starts_with("batch") || line.starts_with("note")).unwrap_or(&shown).to_owned()
    };
    assert!(batch(&["lint"]).contains("nothing here is newer than the default branch"));
    write(project.path(), ADD.0, ADD.1.as_bytes());
    assert_eq!(batch(&["lint"]), "batch: 1 migration that `main` does not have");
    assert_eq!(code(project.path(), &["lint"]), 1, "untracked counts");
    git(project.path(), &["checkout", "--quiet", "-b", "feature"]);
    git(project.path(), &["add", "."]);
    git(project.path(), &["commit", "--quiet", "--message=two"]);
    assert_eq!(batch(&["lint", "--since", "main"]), "batch: 1 migration new since `main`");
    assert_eq!(batch(&["lint", "--all"]), "batch: every migration, each as a deploy of its own (`--all`)");
    assert_eq!(code(project.path(), &["lint", "--since", "HEAD"]), 0, "nothing is new since HEAD");
    insta::assert_snapshot!("unknown_revision", run(project.path(), &["lint", "--since", "origin/nowhere"]));
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let project = directory(&[CONFIG, CREATE, ADD]);
    let arguments = ["lint", "migrations/0002_add_code.sql", "--format", "json", "--quiet"];
    let mut child =
        phasewise(project.path(), &arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(shown(&output), "exit 0\n");
}
