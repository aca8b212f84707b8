//! What the code around a batch says to it: at a tag, in a directory, in a file that a release left behind.

use std::path::Path;

use tempfile::TempDir;

use super::cli::{code, directory, git, phasewise, run, write};

const LOCK: (&str, &str) = ("composer.lock", r#"{"packages": [{"name": "laravel/framework", "version": "v12.0.0"}]}"#);
const CREATE: (&str, &str) = (
    "database/migrations/2026_01_01_000000_create_customers.php",
    "<?php
return new class extends Migration {
    public function up() {
        Schema::create('customers', function (Blueprint $table) {
            $table->id();
            $table->string('email');
            $table->string('fax')->nullable();
            $table->string('telex')->nullable();
        });
    }
};
",
);
const MODEL: (&str, &str) = (
    "app/Models/Customer.php",
    "<?php
namespace App\\Models;
class Customer extends \\Illuminate\\Database\\Eloquent\\Model {
    protected $fillable = ['email'];
}
",
);
const CONTROLLER: &str = "app/Http/Controllers/CustomerController.php";
const USES_FAX: &str = "<?php
namespace App\\Http\\Controllers;
use App\\Models\\Customer;
class CustomerController {
    public function index() { return Customer::whereNotNull('fax')->get(); }
    public function store(string $email) { return Customer::create(['email' => $email]); }
}
";

/// A migration of `customers` with those calls.
fn migration(calls: &str) -> String {
    format!(
        "<?php
return new class extends Migration {{
    public function up() {{
        Schema::table('customers', function (Blueprint $table) {{
            {calls}
        }});
    }}
}};
"
    )
}

fn commit(directory: &Path, message: &str) {
    git(directory, &["add", "."]);
    git(directory, &["commit", "--quiet", &format!("--message={message}")]);
}

/// An application whose release `v1` uses `customers.fax`, and whose code since does not.
fn application() -> TempDir {
    let project = directory(&[("artisan", ""), LOCK, CREATE, MODEL, (CONTROLLER, USES_FAX)]);
    git(project.path(), &["init", "--quiet", "--initial-branch=main"]);
    commit(project.path(), "one");
    git(project.path(), &["tag", "v1"]);
    write(project.path(), CONTROLLER, USES_FAX.replace("'fax'", "'email'").as_bytes());
    commit(project.path(), "two");
    project
}

fn add_migration(project: &TempDir, name: &str, calls: &str) {
    write(project.path(), &format!("database/migrations/{name}.php"), migration(calls).as_bytes());
}

#[track_caller]
fn lint(project: &TempDir, arguments: &[&str]) -> String {
    run(project.path(), &[&["lint", "--engine", "mysql:8.4"], arguments].concat())
}

#[test]
fn what_the_last_release_uses_is_shown() {
    let project = application();
    add_migration(&project, "2026_02_01_000000_drop_fax", "$table->dropColumn('fax');");
    let told = lint(&project, &["--since", "main"]);
    insta::assert_snapshot!("the_last_release_uses_it", told.replace(&head(&project), "COMMIT"));
}

#[test]
fn what_no_release_that_may_run_uses_is_cleared() {
    let project = application();
    git(project.path(), &["tag", "v2"]);
    add_migration(&project, "2026_02_01_000000_drop_fax", "$table->dropColumn('fax');");
    insta::assert_snapshot!(
        "released_from_the_code",
        lint(&project, &["--since", "main", "-v"])
            .replace(&project.path().canonicalize().unwrap().display().to_string(), "ROOT")
    );
    assert_eq!(code(project.path(), &["lint", "--engine", "mysql:8.4", "--since", "main", "--against", "v1"]), 1);
    assert_eq!(code(project.path(), &["lint", "--engine", "mysql:8.4", "--since", "main", "--against", "v2"]), 0);
}

#[test]
fn code_that_comes_with_the_drop_and_uses_it_is_worse() {
    let project = application();
    write(project.path(), CONTROLLER, USES_FAX.as_bytes());
    add_migration(&project, "2026_02_01_000000_drop_fax", "$table->dropColumn('fax');");
    let told = lint(&project, &["--since", "main", "--quiet"]);
    assert!(told.contains("error[dropped-while-used]") && !told.contains("column-dropped"), "{told}");
    assert!(told.contains("CustomerController.php:5 SQL fails (certain)"), "{told}");
}

#[test]
fn an_insert_that_leaves_a_required_column_out_is_shown() {
    let project = application();
    add_migration(&project, "2026_02_01_000000_add_code", "$table->string('code');");
    let told = lint(&project, &["--since", "main", "--quiet"]);
    assert!(told.contains("error[required-column-added]"), "{told}");
    assert!(told.contains("CustomerController.php:6 SQL fails (certain)"), "{told}");
}

#[test]
fn what_change_makes_required_is_asked_of_the_inserts() {
    let of = |calls: &str| {
        let project = application();
        add_migration(&project, "2026_02_01_000000_change_fax", calls);
        lint(&project, &["--since", "main", "--quiet"])
    };
    // Since Laravel 11, what change() does not repeat is gone: the column is NOT NULL from here on.
    let implied = of("$table->string('fax', 100)->change();");
    assert!(implied.contains("CustomerController.php:6 SQL fails (certain)"), "{implied}");
    let said = of("$table->string('fax')->nullable(false)->change();");
    assert!(said.contains("CustomerController.php:6 SQL fails (certain)"), "{said}");
    let kept = of("$table->string('fax', 100)->nullable()->change();");
    assert!(!kept.contains("CustomerController.php:6 "), "{kept}");
    let filled = of("$table->string('fax', 100)->default('')->change();");
    assert!(!filled.contains("CustomerController.php:6 "), "a row that leaves it out gets the default: {filled}");
}

#[test]
fn null_that_is_written_is_found_where_the_column_has_a_default() {
    let project = application();
    let clears = "<?php use App\\Models\\Customer; function clear(Customer $one) { $one->update(['fax' => null]); }";
    write(project.path(), "app/clear.php", clears.as_bytes());
    commit(project.path(), "three");
    git(project.path(), &["tag", "v3"]);
    add_migration(
        &project,
        "2026_02_01_000000_change_fax",
        "$table->string('fax')->nullable(false)->default('')->change();",
    );
    let told = lint(&project, &["--since", "main", "--quiet"]);
    assert!(told.contains("app/clear.php:1 SQL fails (certain): it is set to NULL"), "{told}");
}

#[test]
fn one_place_that_nobody_can_tell_clears_nothing() {
    let project = application();
    let dynamic = "<?php use App\\Models\\Customer; function show(Customer $one, $name) { return $one->{$name}; }";
    write(project.path(), "app/show.php", dynamic.as_bytes());
    commit(project.path(), "three");
    add_migration(&project, "2026_02_01_000000_drop_telex", "$table->dropColumn('telex');");
    let told = lint(&project, &["--since", "main", "--quiet"]);
    assert!(told.contains("error[column-dropped]") && told.contains("not every place can be told"), "{told}");
    assert!(told.contains("app/show.php:1"), "{told}");
    assert_eq!(code(project.path(), &["lint", "--engine", "mysql:8.4", "--since", "main", "--against", "v1"]), 0);
}

#[test]
fn facts_that_a_release_left_behind_stand_for_its_code() {
    let project = application();
    add_migration(&project, "2026_02_01_000000_drop_fax", "$table->dropColumn('fax');");
    let export = ["usage", "--engine", "mysql:8.4", "--ref", "v1", "--export", "v1.json"];
    assert_eq!(code(project.path(), &export), 0);
    let told = lint(&project, &["--since", "main", "--current", "v1.json", "--quiet"]);
    assert!(told.contains("[v1]") && told.contains("error[column-dropped]"), "{told}");
    write(project.path(), "v1.json", b"{\"version\": 7}");
    assert_eq!(code(project.path(), &["lint", "--engine", "mysql:8.4", "--since", "main", "--current", "v1.json"]), 2);
}

#[test]
fn a_revision_is_read_without_being_checked_out() {
    let project = application();
    let usage = |arguments: &[&str]| run(project.path(), &[&["usage", "customers.fax"], arguments].concat());
    let commit = commit_of(project.path(), "v1");
    let at_tag = usage(&["--engine", "mysql:8.4", "--ref", "v1"]);
    insta::assert_snapshot!("usage_at_a_tag", at_tag.replace(&commit[..9], "COMMIT"));
    let as_json = usage(&["--engine", "mysql:8.4", "--ref", "v1", "--format", "json"]);
    assert!(as_json.contains(r#""ref": "v1""#) && as_json.contains(&format!(r#""commit": "{commit}""#)), "{as_json}");
    assert!(usage(&["--engine", "mysql:8.4"]).contains("`customers.fax` is not used"));
    let unknown = usage(&["--engine", "mysql:8.4", "--ref", "v9"]);
    assert!(unknown.starts_with("exit 2") && unknown.contains("does not know the revision `v9`"), "{unknown}");

    let clone = tempfile::tempdir().unwrap();
    let from = format!("file://{}", project.path().display());
    git(clone.path(), &["clone", "--quiet", "--depth=1", "--no-tags", &from, "app"]);
    let shallow = run(&clone.path().join("app"), &["usage", "customers.fax", "--engine", "mysql:8.4", "--ref", "v1"]);
    assert!(shallow.starts_with("exit 2") && shallow.contains("the clone is shallow"), "{shallow}");
}

#[test]
fn what_was_read_once_is_kept_and_what_is_broken_is_made_anew() {
    let project = application();
    let kept = project.path().join(".git/phasewise/usage");
    let usage = |arguments: &[&str]| {
        run(
            project.path(),
            &[&["usage", "customers.fax", "--engine", "mysql:8.4", "--ref", "v1", "-q"], arguments].concat(),
        )
    };
    let told = usage(&["--no-cache"]);
    assert!(!kept.exists());
    assert_eq!(usage(&[]), told);
    let whole = std::fs::read(&kept).unwrap();
    assert_eq!(usage(&[]), told);
    for broken in [&b"nonsense"[..], &whole[..whole.len() / 2], &[]] {
        std::fs::write(&kept, broken).unwrap();
        assert_eq!(usage(&[]), told);
        assert_eq!(std::fs::read(&kept).unwrap(), whole);
    }
    let mut flipped = whole.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    std::fs::write(&kept, flipped).unwrap();
    assert_eq!(usage(&[]), told);
    assert_eq!(std::fs::read(&kept).unwrap(), whole);
}

#[test]
fn several_runs_at_once_leave_one_whole_cache() {
    let project = application();
    let arguments = ["usage", "customers.fax", "--engine", "mysql:8.4", "--ref", "v1", "-q"];
    let runs: Vec<_> = (0..4)
        .map(|_| phasewise(project.path(), &arguments).stdout(std::process::Stdio::null()).spawn().unwrap())
        .collect();
    for mut run in runs {
        assert!(run.wait().unwrap().success());
    }
    let left: Vec<_> = std::fs::read_dir(project.path().join(".git/phasewise")).unwrap().flatten().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn sql_in_strings_of_another_language_is_evidence_and_no_proof() {
    let project = directory(&[
        ("phasewise.yaml", "engine: postgresql:16\n"),
        ("migrations/0001_a.sql", "CREATE TABLE orders (id BIGINT PRIMARY KEY, fax TEXT, telex TEXT);\n"),
        ("cmd/main.go", "package main\nvar q = `SELECT fax FROM orders`\n"),
        ("queries/orders.sql", "-- name: SetFax :exec\nUPDATE orders SET fax = $1;\n"),
    ]);
    git(project.path(), &["init", "--quiet", "--initial-branch=main"]);
    commit(project.path(), "one");
    write(
        project.path(),
        "migrations/0002_b.sql",
        b"ALTER TABLE orders DROP COLUMN fax;\nALTER TABLE orders DROP COLUMN telex;\n",
    );
    let told = run(project.path(), &["lint", "--since", "main", "--quiet"]);
    assert!(told.contains("cmd/main.go:2 SQL fails (likely)") && told.contains("queries/orders.sql:"), "{told}");
    assert_eq!(told.matches("error[").count(), 2, "the code of such a project proves nothing: {told}");
}

#[test]
fn without_code_or_git_that_is_said_once() {
    let project = directory(&[("artisan", ""), LOCK, CREATE, MODEL]);
    add_migration(&project, "2026_02_01_000000_drop", "$table->dropColumn('fax'); $table->dropColumn('telex');");
    let path = "database/migrations/2026_02_01_000000_drop.php";
    let told = lint(&project, &[path]);
    assert_eq!(told.matches("which code runs now is not known").count(), 1, "{told}");
    let nothing_asked = lint(&project, &["database/migrations/2026_01_01_000000_create_customers.php"]);
    assert!(!nothing_asked.contains("which code runs now"), "{nothing_asked}");
}

/// The short name of the commit.
fn head(project: &TempDir) -> String {
    commit_of(project.path(), "HEAD")[..9].to_owned()
}

fn commit_of(directory: &Path, revision: &str) -> String {
    let output =
        std::process::Command::new("git").args(["rev-parse", revision]).current_dir(directory).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
