//! Code that nobody would write by hand, and repositories that are not whole: each is read, or the answer says what is
//! missing and how to get it.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::cli::{directory, git, run, write};

const LOCK: (&str, &str) = ("composer.lock", r#"{"packages": [{"name": "laravel/framework", "version": "v12.0.0"}]}"#);
const CREATE: (&str, &str) = (
    "database/migrations/2026_01_01_000000_create_customers.php",
    "<?php
return new class extends Migration {
    public function up() {
        Schema::create('customers', function (Blueprint $table) {
            $table->id();
            $table->string('fax')->nullable();
        });
    }
};
",
);
const MODEL: (&str, &str) = (
    "app/Models/Customer.php",
    "<?php
namespace App\\Models;
class Customer extends \\Illuminate\\Database\\Eloquent\\Model {}
",
);
const USING: (&str, &str) = (
    "app/Report.php",
    "<?php
namespace App;
class Report { public function faxes() { return Models\\Customer::pluck('fax'); } }
",
);

fn application(files: &[(&str, &str)]) -> TempDir {
    directory(&[&[("artisan", ""), LOCK, CREATE, MODEL][..], files].concat())
}

fn commit(directory: &Path) {
    git(directory, &["init", "--quiet", "--initial-branch=main"]);
    git(directory, &["add", "."]);
    git(directory, &["commit", "--quiet", "--message=one"]);
}

fn fax(directory: &Path, arguments: &[&str]) -> String {
    run(directory, &[&["usage", "customers.fax", "--engine", "mysql:8.4"], arguments].concat())
}

/// Runs what has to end soon even on a machine with much to do.
#[track_caller]
fn soon<T>(what: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let done = what();
    assert!(began.elapsed() < Duration::from_mins(1), "{:?}", began.elapsed());
    done
}

#[test]
fn a_php_file_of_five_megabytes_is_read() {
    let mut rows = String::from("<?php\nreturn [\n");
    for row in 0..80_000 {
        writeln!(rows, "    ['id' => {row}, 'name' => 'number {row}', 'tags' => ['a', 'b']],").unwrap();
    }
    rows.push_str("];\nfunction last() { return App\\Models\\Customer::where('fax', 1)->first(); }\n");
    assert!(rows.len() > 5_000_000, "{}", rows.len());
    let project = application(&[("app/rows.php", &rows)]);
    let told = soon(|| fax(project.path(), &["-q"]));
    assert!(told.contains("app/rows.php:80004  sql-error, certain"), "{}", told.get(..2000).unwrap_or(&told));
}

#[test]
fn a_file_that_is_too_large_is_a_doubt() {
    let project = application(&[]);
    write(project.path(), "app/huge.php", &vec![b' '; 17 * 1024 * 1024]);
    let told = fax(project.path(), &[]);
    assert!(told.contains("not every place can be told") && told.contains("app/huge.php:1"), "{told}");
    assert!(told.contains("phasewise reads at most"), "{told}");
}

#[test]
fn a_minified_file_is_read_and_its_line_is_cut() {
    let mut code = String::from("<?php namespace App;");
    for at in 0..20_000 {
        write!(code, "function f{at}($a){{return $a['k{at}'];}}").unwrap();
    }
    code.push_str("function g(){return Models\\Customer::pluck('fax');}");
    let project = application(&[("app/all.php", &code)]);
    let told = soon(|| fax(project.path(), &[]));
    assert!(told.contains("app/all.php:1  sql-error, certain"), "{}", told.get(..2000).unwrap_or(&told));
    assert!(told.lines().all(|line| line.len() < 500), "a line of code is shown in part");
}

#[test]
fn generated_code_of_any_depth_and_breadth_ends() {
    let deep = format!("<?php $x = {}1{};", "[".repeat(5_000), "]".repeat(5_000));
    let long = format!("<?php App\\Models\\Customer::query(){}->get();", "->where('fax', 1)".repeat(20_000));
    let mut methods = String::from("<?php namespace App; class Made {");
    for at in 0..5_000 {
        write!(methods, "function m{at}($x) {{ return $this->m{}($x)->m{at}($x); }}", (at + 1) % 5_000).unwrap();
    }
    methods.push('}');
    let files = [("app/deep.php", deep.as_str()), ("app/long.php", &long), ("app/Made.php", &methods), USING];
    let told = soon(|| fax(application(&files).path(), &[]));
    assert!(told.starts_with("exit 0") && told.contains("app/long.php:1  sql-error, certain"), "{told}");
    assert!(told.contains("app/Report.php:3  sql-error, certain"), "{told}");
}

#[test]
fn cyclic_inheritance_ends() {
    let cyclic = "<?php namespace App;
class A extends B { use T; public function rows() { return $this->rows(); } }
class B extends C { }
class C extends A { public function name() { return $this->rows()->first()->fax; } }
trait T { use T; }
interface I extends J {} interface J extends I {}
class D extends D implements I {}
function f(A $a, D $d) { return [$a->name(), $d->fax]; }
";
    let told = soon(|| fax(application(&[("app/cyclic.php", cyclic), USING]).path(), &[]));
    assert!(told.contains("app/Report.php:3  sql-error, certain"), "{told}");
}

#[test]
fn a_submodule_is_a_doubt_and_said_to_be_one() {
    let project = application(&[]);
    commit(project.path());
    let commit_of_another = format!("160000,{},packages/billing", "1".repeat(40));
    git(project.path(), &["update-index", "--add", "--cacheinfo", &commit_of_another]);
    git(project.path(), &["commit", "--quiet", "--message=two"]);
    let told = fax(project.path(), &["--ref", "HEAD"]);
    assert!(told.contains("no use of `customers.fax` is known, but not every place can be told"), "{told}");
    assert!(told.contains("packages/billing") && told.contains("submodule"), "{told}");
}

#[test]
fn a_shallow_clone_says_what_to_fetch() {
    let project = application(&[USING]);
    commit(project.path());
    git(project.path(), &["tag", "v1"]);
    write(project.path(), "app/Report.php", b"<?php\n");
    git(project.path(), &["commit", "--quiet", "--all", "--message=two"]);
    let elsewhere = tempfile::tempdir().unwrap();
    let from = format!("file://{}", project.path().display());
    git(elsewhere.path(), &["clone", "--quiet", "--depth=1", "--no-tags", &from, "app"]);
    let clone = elsewhere.path().join("app");
    let told = fax(&clone, &["--ref", "v1"]);
    assert!(told.starts_with("exit 2") && told.contains("git does not know the revision `v1`"), "{told}");
    assert!(told.contains("git fetch --unshallow --tags") && told.contains("fetch-depth: 0"), "{told}");
    assert!(fax(&clone, &["--ref", "HEAD"]).starts_with("exit 0"), "what is there can be asked");
}

#[test]
fn a_clone_without_contents_says_how_to_get_them() {
    let project = application(&[USING]);
    commit(project.path());
    git(project.path(), &["config", "uploadpack.allowFilter", "true"]);
    let elsewhere = tempfile::tempdir().unwrap();
    let from = format!("file://{}", project.path().display());
    git(elsewhere.path(), &["clone", "--quiet", "--filter=blob:none", "--no-checkout", &from, "app"]);
    let clone = elsewhere.path().join("app");
    git(&clone, &["checkout", "--quiet", "HEAD", "--", "artisan", "composer.lock", "database"]);
    let told = fax(&clone, &["--ref", "HEAD"]);
    assert!(told.starts_with("exit 2") && told.contains("git fetch --refetch --no-filter"), "{told}");
}

#[test]
fn paths_and_classes_that_differ_in_case_are_told_apart() {
    let lower =
        "<?php\nnamespace App;\nclass report { public function faxes() { return Models\\Customer::count(); } }\n";
    let project = application(&[USING]);
    commit(project.path());
    // Some disks hold only one of them: the other is entered by its content alone.
    let output = std::process::Command::new("git")
        .args(["hash-object", "-w", "--stdin"])
        .current_dir(project.path())
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .and_then(|mut child| {
            use std::io::Write as _;
            child.stdin.take().unwrap().write_all(lower.as_bytes())?;
            child.wait_with_output()
        });
    let blob = String::from_utf8(output.unwrap().stdout).unwrap();
    let entry = format!("100644,{},app/report.php", blob.trim());
    git(project.path(), &["update-index", "--add", "--cacheinfo", &entry]);
    git(project.path(), &["commit", "--quiet", "--message=two"]);
    let told = fax(project.path(), &["--ref", "HEAD", "-v"]);
    assert!(told.contains("`app/Report.php` and `app/report.php` differ only in case: both are read"), "{told}");
    assert!(told.contains("app/Report.php:3  sql-error, certain"), "{told}");
}

#[test]
fn a_class_is_found_however_its_name_is_written() {
    let code = "<?php
namespace App;
class Other { public function faxes() { return models\\CUSTOMER::pluck('fax'); } }
class OTHER_report { public function faxes(Models\\customer $customer) { return $customer->fax; } }
";
    let told = fax(application(&[("app/other.php", code)]).path(), &[]);
    assert!(told.contains("app/other.php:3  sql-error, certain"), "{told}");
    assert!(told.contains("app/other.php:4  silent, certain"), "{told}");
}

#[test]
fn without_git_the_directory_is_read_and_a_revision_is_refused() {
    let project = application(&[USING]);
    assert!(fax(project.path(), &[]).contains("app/Report.php:3  sql-error, certain"));
    let told = fax(project.path(), &["--ref", "v1"]);
    assert!(told.starts_with("exit 2") && told.contains("the project is in no git repository"), "{told}");
    assert!(told.contains("--current"), "{told}");
}

#[test]
fn a_revision_that_is_not_there_is_named() {
    let project = application(&[USING]);
    commit(project.path());
    for revision in ["v9", "", "--all", "HEAD~5", "HEAD:app"] {
        let told = fax(project.path(), &[&format!("--ref={revision}")]);
        assert!(told.starts_with("exit 2") && told.contains("does not know the revision"), "{revision}: {told}");
    }
    git(project.path(), &["commit", "--quiet", "--allow-empty", "--message=two"]);
    git(project.path(), &["checkout", "--quiet", "--orphan", "empty"]);
    git(project.path(), &["rm", "--quiet", "-r", "--cached", "."]);
    git(project.path(), &["commit", "--quiet", "--allow-empty", "--message=nothing"]);
    let told = fax(project.path(), &["--ref", "empty"]);
    assert!(told.contains("there is no application code there"), "{told}");
}

#[test]
fn a_bare_repository_is_told_from_a_project() {
    let project = application(&[USING]);
    commit(project.path());
    let elsewhere = tempfile::tempdir().unwrap();
    let from = project.path().display().to_string();
    git(elsewhere.path(), &["clone", "--quiet", "--bare", &from, "app.git"]);
    let told = fax(&elsewhere.path().join("app.git"), &["--ref", "HEAD"]);
    assert!(told.starts_with("exit 2"), "{told}");
    assert!(told.contains("bare") && told.contains("git worktree add"), "{told}");
}
